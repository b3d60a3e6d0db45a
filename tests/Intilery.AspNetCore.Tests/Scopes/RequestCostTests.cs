using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Scopes;

/// <summary>What the package allocates in requests in which nothing happens that it is there for; the time is the benchmarks' to tell.</summary>
public sealed class RequestCostTests
{
    private const int Requests = 200;
    private const int Rounds = 40;

    // The current request is a value that flows with the code. Authentication has an object of ours in front, and who shows a session pays
    // for the note of it. Identity makes its context for every cookie that it validates.
    [Theory]
    [InlineData(RequestPipeline.Bare, PackagePlace.Unarmed, false, 0)]
    [InlineData(RequestPipeline.Bare, PackagePlace.First, false, 128)]
    [InlineData(RequestPipeline.Cookie, PackagePlace.Unarmed, true, 40)]
    [InlineData(RequestPipeline.Bare, PackagePlace.Mapped, false, 128)]
    [InlineData(RequestPipeline.Cookie, PackagePlace.First, false, 168)]
    [InlineData(RequestPipeline.Cookie, PackagePlace.Last, false, 168)]
    [InlineData(RequestPipeline.Cookie, PackagePlace.First, true, 248)]
    [InlineData(RequestPipeline.Cookie, PackagePlace.Last, true, 248)]
    [InlineData(RequestPipeline.Cookie, PackagePlace.Mapped, true, 248)]
    [InlineData(RequestPipeline.Identity, PackagePlace.First, false, 168)]
    [InlineData(RequestPipeline.Identity, PackagePlace.Last, false, 168)]
    [InlineData(RequestPipeline.Identity, PackagePlace.First, true, 1024)]
    [InlineData(RequestPipeline.Identity, PackagePlace.Last, true, 1024)]
    public async Task A_request_in_which_nothing_happens_costs_no_more_bytes_than_this(string application, PackagePlace package, bool isSignedIn, int bytes)
    {
        await using var without = await RequestPipeline.StartAsync(application, PackagePlace.None);
        await using var with = await RequestPipeline.StartAsync(application, package);

        // The least of many rounds: until the runtime has optimised both, and whenever it works on this thread, there are more.
        var (leastWith, leastWithout) = (long.MaxValue, long.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            leastWithout = Math.Min(leastWithout, BytesPerRequest(without, isSignedIn));
            leastWith = Math.Min(leastWith, BytesPerRequest(with, isSignedIn));
        }

        TestContext.Current.SendDiagnosticMessage("{0} B more than {1} B", leastWith - leastWithout, leastWithout);
        Assert.InRange(leastWith - leastWithout, 0, bytes);
    }

    private static long BytesPerRequest(RequestPipeline app, bool isSignedIn)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Requests; i++)
        {
            Assert.True(app.SendAsync(isSignedIn).IsCompletedSuccessfully);
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Requests;
    }
}
