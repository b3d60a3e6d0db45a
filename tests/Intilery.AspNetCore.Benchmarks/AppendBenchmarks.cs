using BenchmarkDotNet.Attributes;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>What a store takes for a commit of so many events, and for letting them go again. Figures are per event.</summary>
[MemoryDiagnoser]
public class AppendBenchmarks
{
    private const int Events = 1000;

    private readonly string _folder = Directory.CreateTempSubdirectory("intilery-benchmark-").FullName;
    private readonly RowIdSequence _ids = new(TimeProvider.System);
    private IOutboxStore _store = null!;

    [Params("memory", "sqlite", "sqlite, synced")]
    public string Store { get; set; } = string.Empty;

    [Params(1, 100, 1000)]
    public int EventsPerCommit { get; set; }

    [GlobalSetup]
    public void Open()
    {
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();
        var diagnostics = new LifecycleDiagnostics(new LifecycleMetrics(meters), new FailureLog(TimeProvider.System), NullLoggerFactory.Instance);
        _store = Store == "memory" ? new MemoryOutboxStore(int.MaxValue) : new SqliteOutboxStore(_folder, Store != "sqlite", diagnostics);
        _store.Open();
    }

    [GlobalCleanup]
    public void Close()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public async Task AppendAndComplete()
    {
        var rows = Enumerable.Range(0, Events).Select(_ => Sample.Row(_ids.Next())).ToList();
        foreach (var commit in rows.Chunk(EventsPerCommit))
        {
            await _store.WriteAsync([.. commit.Select(row => new OutboxWrite(null, new Settlement([], [row])))], CancellationToken.None);
        }

        await _store.CompleteAsync([.. rows.Select(row => row.Id)], CancellationToken.None);
    }
}
