using System.Diagnostics;
using System.Globalization;
using Intilery.AspNetCore.Events;
using Microsoft.ApplicationInsights;
using Microsoft.ApplicationInsights.Channel;
using Microsoft.ApplicationInsights.Extensibility;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>
/// What an event of seven properties costs from the call to the service's answer: the processor time and the bytes of this process alone.
/// The clients take turns, each with its defaults save the length of its queue; at most 5,000 events are without an answer.
/// Ours are durable, the others' lie in memory.
/// </summary>
internal static class Track
{
    private const int Rounds = 5;
    private const int Callers = 64;
    private const int MaxOutstanding = 5_000;
    private const string Mark = "exported_pages";

    public static async Task RunAsync(int events, string? only)
    {
        List<Client> clients = [];
        foreach (var (name, start) in Clients())
        {
            if (only is null || name.Contains(only, StringComparison.OrdinalIgnoreCase))
            {
                clients.Add(await start(name, await StandIn.StartAsync(Mark)));
            }
        }

        // The first round is the compiler's.
        var results = clients.ToDictionary(client => client, _ => new List<Cost>());
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var client in clients)
            {
                var cost = await MeasureAsync(client, events);
                if (round > 0)
                {
                    results[client].Add(cost);
                }
            }
        }

        Console.WriteLine($"{events:N0} events a round, the median of {Rounds} rounds (least to most)");
        Console.WriteLine($"{"",-32} {"CPU, us an event",-24} {"bytes an event",14} {"events a second",16} {"lost",6}");
        foreach (var (client, costs) in results)
        {
            var cpu = costs.Select(cost => cost.Microseconds).Order().ToList();
            Console.WriteLine(
                $"{client.Name,-32} {$"{cpu[Rounds / 2]:F1} ({cpu[0]:F1} to {cpu[^1]:F1})",-24} {Median(costs, cost => cost.Bytes),14:N0} {Median(costs, cost => cost.PerSecond),16:N0} {costs.Sum(cost => cost.Lost),6:N0}");
            await client.CloseAsync();
            await client.StandIn.DisposeAsync();
        }
    }

    private static IEnumerable<(string Name, Func<string, ChildProcess, Task<Client>> Start)> Clients()
    {
        yield return ("Intilery, SQLite outbox", (name, api) => IntileryAsync(name, api, null));
        yield return ("Intilery, SQLite outbox, Protect", (name, api) => IntileryAsync(name, api, null, protects: true));
        if (Databases.Names.Contains("postgres"))
        {
            yield return ("Intilery, PostgreSQL outbox", (name, api) => IntileryAsync(name, api, "postgres"));
        }

        yield return ("Application Insights", ApplicationInsights);
        yield return ("OpenTelemetry logs, OTLP", OpenTelemetryLogs);
        yield return ("Sentry logs", SentryLogs);
    }

    private static double Median(List<Cost> costs, Func<Cost, double> of) => costs.Select(of).Order().ElementAt(costs.Count / 2);

    private static async Task<Cost> MeasureAsync(Client client, int events)
    {
        var (before, sent) = (client.StandIn.Count, 0);
        var (bytes, cpu, began) = (GC.GetTotalAllocatedBytes(precise: true), Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref sent) is var number && number <= events)
            {
                while (number - (client.StandIn.Count - before) > MaxOutstanding)
                {
                    await Task.Delay(1);
                }

                await client.SendAsync(number);
            }
        })));
        await client.FlushAsync();
        var lost = await client.StandIn.ReachAsync(before + events);
        return new Cost(
            (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / events,
            (double)(GC.GetTotalAllocatedBytes(precise: true) - bytes) / events,
            events / Stopwatch.GetElapsedTime(began).TotalSeconds,
            lost);
    }

    private static async Task<Client> IntileryAsync(string name, ChildProcess api, string? database, bool protects = false)
    {
        var folder = Directory.CreateTempSubdirectory("intilery-track-").FullName;
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddIntilery(api.Address, folder);
        if (protects)
        {
            builder.Configuration["Intilery:Outbox:Protect"] = "true";
            builder.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        }

        var intilery = builder.Services.AddIntilery();
        if (database is not null)
        {
            builder.Services.AddDbContext<BenchmarkDb>(options => Databases.Use(options, database, "track"));
            intilery.UseEntityFrameworkOutbox<BenchmarkDb>();
        }

        var host = builder.Build();
        if (database is not null)
        {
            await Databases.CreateAsync<BenchmarkDb>(host.Services);
        }

        await host.StartAsync();
        var tracker = host.Services.GetRequiredService<ILifecycleTracker>();
        return new Client(
            name,
            api,
            number => tracker.TrackAsync(new CustomEvent("Report Exported") { UserId = User(number), GroupId = Account(number), Properties = Properties(number) }),
            () => Task.CompletedTask,
            async () =>
            {
                await host.StopAsync();
                host.Dispose();
                Directory.Delete(folder, recursive: true);
            });
    }

    private static Task<Client> ApplicationInsights(string name, ChildProcess api)
    {
        var channel = new InMemoryChannel { EndpointAddress = new Uri(api.Address, "/v2/track").AbsoluteUri };
        var configuration = new TelemetryConfiguration { ConnectionString = $"InstrumentationKey={Guid.NewGuid()}", TelemetryChannel = channel };
        var client = new TelemetryClient(configuration);
        return Task.FromResult(new Client(
            name,
            api,
            number =>
            {
                var properties = Properties(number).ToDictionary(property => property.Key, property => Convert.ToString(property.Value, CultureInfo.InvariantCulture));
                properties["user"] = User(number);
                properties["account"] = Account(number);
                client.TrackEvent("Report Exported", properties);
                return Task.CompletedTask;
            },
            () => client.FlushAsync(CancellationToken.None),
            () =>
            {
                configuration.Dispose();
                return Task.CompletedTask;
            }));
    }

    private static Task<Client> OpenTelemetryLogs(string name, ChildProcess api)
    {
        BatchLogRecordExportProcessor? processor = null;
        var factory = LoggerFactory.Create(logging => logging.AddOpenTelemetry(options => options.AddProcessor(processor = new BatchLogRecordExportProcessor(
            new OtlpLogExporter(new OtlpExporterOptions { Endpoint = new Uri(api.Address, "/v1/logs"), Protocol = OtlpExportProtocol.HttpProtobuf }), maxQueueSize: MaxOutstanding * 2))));
        var logger = factory.CreateLogger("Reports");
        return Task.FromResult(new Client(
            name,
            api,
            number =>
            {
                var state = Properties(number).ToList();
                state.Add(new("user", User(number)));
                state.Add(new("account", Account(number)));
                logger.Log(LogLevel.Information, default, state, null, (_, _) => "Report Exported");
                return Task.CompletedTask;
            },
            () => Task.Run(() => processor!.ForceFlush()),
            () =>
            {
                factory.Dispose();
                return Task.CompletedTask;
            }));
    }

    private static Task<Client> SentryLogs(string name, ChildProcess api)
    {
        var sdk = SentrySdk.Init(options =>
        {
            options.Dsn = $"http://key@{api.Address.Authority}/1";
            options.EnableLogs = true;
            options.MaxQueueItems = MaxOutstanding;
            options.AutoSessionTracking = false;
        });
        return Task.FromResult(new Client(
            name,
            api,
            number =>
            {
                SentrySdk.Logger.LogInfo(
                    log =>
                    {
                        foreach (var (property, value) in Properties(number))
                        {
                            log.SetAttribute(property, value!);
                        }

                        log.SetAttribute("user", User(number));
                        log.SetAttribute("account", Account(number));
                    },
                    "Report Exported");
                return Task.CompletedTask;
            },
            () => SentrySdk.FlushAsync(TimeSpan.FromSeconds(10)),
            () =>
            {
                sdk.Dispose();
                return Task.CompletedTask;
            }));
    }

    private static string User(int number) => $"user-{number % 1_000}";

    private static string Account(int number) => $"account-{number % 100}";

    private static Dictionary<string, object?> Properties(int number) => new()
    {
        ["report"] = $"report-{number}",
        ["format"] = number % 3 == 0 ? "pdf" : "xlsx",
        [Mark] = number % 97,
        ["seconds"] = number / 16.0,
        ["is_scheduled"] = number % 2 == 0,
        ["template"] = "Quarterly “overview”, all regions",
        ["requested_at"] = DateTimeOffset.UnixEpoch.AddSeconds(number),
    };

    private sealed record Client(string Name, ChildProcess StandIn, Func<int, Task> SendAsync, Func<Task> FlushAsync, Func<Task> CloseAsync);

    private readonly record struct Cost(double Microseconds, double Bytes, double PerSecond, long Lost);
}
