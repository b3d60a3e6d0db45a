using System.Diagnostics;
using System.Globalization;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>Events end to end: written, committed to the embedded outbox by concurrent callers, delivered, acknowledged.</summary>
internal static class Load
{
    private const int Callers = 64;

    public static async Task RunAsync(int events)
    {
        using var standIn = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, "serve") { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        var address = await standIn.StandardOutput.ReadLineAsync();
        var folder = Directory.CreateTempSubdirectory("intilery-load-");
        try
        {
            var builder = Host.CreateApplicationBuilder();
            builder.Logging.ClearProviders();
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Intilery:ClientId"] = "acme",
                ["Intilery:AuthToken"] = "token",
                ["Intilery:BaseAddress"] = address,
                ["Intilery:Outbox:Path"] = folder.FullName,
            });
            builder.Services.AddIntilery();
            using var host = builder.Build();
            await host.StartAsync();
            await MeasureAsync(host.Services, events / 10);
            Console.WriteLine("warm; now measured:");
            await MeasureAsync(host.Services, events);
            using var client = new HttpClient();
            Console.WriteLine($"accepted by the stand-in, warm-up included: {await client.GetStringAsync(new Uri(address + "/accepted"))}");
            await host.StopAsync();
        }
        finally
        {
            standIn.StandardInput.Close();
            await standIn.WaitForExitAsync();
            folder.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(IServiceProvider services, int events)
    {
        var (outbox, ids) = (services.GetRequiredService<IOutboxAppender>(), services.GetRequiredService<RowIdSequence>());
        var process = Process.GetCurrentProcess();
        var (cpu, bytes, started) = (process.TotalProcessorTime, GC.GetTotalAllocatedBytes(), Stopwatch.GetTimestamp());
        var left = events;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
        {
            await Task.Yield();
            var userId = caller.ToString(CultureInfo.InvariantCulture);
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var row = new OutboxRow(ids.Next(), "Signed Up", userId, OutboxRow.AtOnce, MessageWriter.Write(Sample.Message(userId)));
                var outcome = await outbox.SettleAsync(new Settlement([], [row]), CancellationToken.None);
                if (outcome != RecordOutcome.Recorded)
                {
                    throw new InvalidOperationException($"An event was {outcome}.");
                }
            }
        }));
        var recorded = Stopwatch.GetElapsedTime(started);
        var outcome = await services.GetRequiredService<IIntileryOutbox>().FlushAsync();
        var delivered = Stopwatch.GetElapsedTime(started);
        process.Refresh();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{events} events by {Callers} callers: recorded in {recorded.TotalSeconds:F2} s ({events / recorded.TotalSeconds:F0}/s), {outcome} after {delivered.TotalSeconds:F2} s; "
            + $"CPU {(process.TotalProcessorTime - cpu).TotalMicroseconds / events:F1} µs and {(GC.GetTotalAllocatedBytes() - bytes) / events} bytes an event"));
    }
}
