using System.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>Events end to end: recorded by concurrent callers, committed to SQLite, delivered to a stand-in on loopback.</summary>
internal static class Load
{
    private const int Callers = 64;

    public static async Task RunAsync(int events)
    {
        var received = 0;
        var requests = 0;
        var all = new TaskCompletionSource();
        await using var api = StandIn(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            Interlocked.Increment(ref requests);
            if (Interlocked.Add(ref received, Count(body.GetBuffer().AsSpan(0, (int)body.Length))) >= events)
            {
                all.TrySetResult();
            }

            await context.Response.WriteAsync("""{"success":true}""");
        });
        await api.StartAsync();

        var folder = Directory.CreateTempSubdirectory("intilery-load-").FullName;
        using var host = Worker(api.Urls.Single(), folder);
        await host.StartAsync();
        var appender = host.Services.GetRequiredService<IOutboxAppender>();
        var destination = host.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Destination;
        var ids = host.Services.GetRequiredService<RowIdSequence>();

        var watch = Stopwatch.StartNew();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = caller; i < events; i += Callers)
            {
                await appender.CommitAsync(new OutboxCommit([], [Sample.Row(ids.Next()) with { Destination = destination }]), CancellationToken.None);
            }
        })));
        var recorded = watch.Elapsed;
        await all.Task;
        var delivered = watch.Elapsed;
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;

        Console.WriteLine($"{events} events by {Callers} callers, stand-in in the same process");
        Console.WriteLine($"recorded  in {recorded.TotalSeconds:F2} s ({recorded.TotalMicroseconds / events:F1} µs an event)");
        Console.WriteLine($"delivered in {delivered.TotalSeconds:F2} s ({requests} requests)");
        Console.WriteLine($"CPU {cpu.TotalMicroseconds / events:F1} µs an event, the stand-in's included");
        await host.StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static int Count(ReadOnlySpan<byte> body)
    {
        var count = 0;
        for (int at; (at = body.IndexOf("\"messageId\""u8)) >= 0; body = body[(at + 1)..])
        {
            count++;
        }

        return count;
    }

    private static WebApplication StandIn(RequestDelegate handler)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var api = builder.Build();
        api.MapPost("/track/acme/acme/ACME/v1/batch", handler);
        return api;
    }

    private static IHost Worker(string address, string folder)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Intilery:ClientId"] = "acme",
            ["Intilery:AuthToken"] = "load",
            ["Intilery:BaseAddress"] = address,
            ["Intilery:Outbox:Path"] = folder,
            ["Intilery:Outbox:CommitTimeout"] = "00:01:00",
        });
        builder.Services.AddIntilery();
        return builder.Build();
    }
}
