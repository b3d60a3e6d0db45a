using System.Diagnostics;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>
/// What the armed package adds to a request in which nothing happens: applications with and without it take turns, and the least of
/// many rounds counts, so that a busy machine tells the same as a quiet one.
/// </summary>
internal static class RequestCosts
{
    private const int Rounds = 400;
    private const int Requests = 300;

    public static async Task RunAsync()
    {
        Console.WriteLine("What the package adds to a request, registered first as by the one line, or last by AddIntilery():");
        await MeasureAsync("no authentication", RequestPipeline.Bare, signedIn: false);
        await MeasureAsync("anonymous, plain cookie", RequestPipeline.Cookie, signedIn: false);
        await MeasureAsync("signed in, plain cookie", RequestPipeline.Cookie, signedIn: true);
        await MeasureAsync("anonymous, Identity", RequestPipeline.Identity, signedIn: false);
        await MeasureAsync("signed in, Identity, which makes its context", RequestPipeline.Identity, signedIn: true);
    }

    private static async Task MeasureAsync(string name, string kind, bool signedIn)
    {
        await using var without = await RequestPipeline.StartAsync(kind, PackagePlace.None);
        await using var first = await RequestPipeline.StartAsync(kind, PackagePlace.First);
        await using var last = await RequestPipeline.StartAsync(kind, PackagePlace.Last);
        RequestPipeline[] applications = [without, first, last];
        var least = applications.Select(_ => (Nanoseconds: double.MaxValue, Bytes: long.MaxValue)).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < applications.Length; i++)
            {
                var (bytes, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
                for (var request = 0; request < Requests; request++)
                {
                    await applications[i].SendAsync(signedIn);
                }

                var nanoseconds = Stopwatch.GetElapsedTime(began).TotalNanoseconds / Requests;
                var allocated = (GC.GetAllocatedBytesForCurrentThread() - bytes) / Requests;
                least[i] = (Math.Min(least[i].Nanoseconds, nanoseconds), Math.Min(least[i].Bytes, allocated));
            }
        }

        Console.WriteLine(
            $"{name,-45} {least[0].Nanoseconds,8:N0} ns {least[0].Bytes,7:N0} B"
            + $"   first +{least[1].Nanoseconds - least[0].Nanoseconds:N0} ns +{least[1].Bytes - least[0].Bytes:N0} B"
            + $"   last +{least[2].Nanoseconds - least[0].Nanoseconds:N0} ns +{least[2].Bytes - least[0].Bytes:N0} B");
    }
}
