using BenchmarkDotNet.Attributes;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>What a commit costs each store, alone and shared by many; the rows are taken out again, as delivery does.</summary>
[MemoryDiagnoser]
public class AppendBenchmarks
{
    private readonly RowIdSequence _ids = new(TimeProvider.System);
    private string _folder = null!;
    private IOutboxStore _store = null!;

    [Params("memory", "sqlite", "sqlite, synced")]
    public string Store { get; set; } = null!;

    [Params(1, 1000)]
    public int WritesPerCommit { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("intilery-benchmark-").FullName;
        _store = Store == "memory"
            ? new MemoryOutboxStore(int.MaxValue)
            : new SqliteOutboxStore(new SqliteOutboxSettings(_folder, Store == "sqlite, synced", 1L << 30), Sample.Diagnostics());
        _store.Open();
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark]
    public async Task AppendAndCompleteAsync()
    {
        var writes = new OutboxWrite[WritesPerCommit];
        var ids = new long[WritesPerCommit];
        for (var i = 0; i < WritesPerCommit; i++)
        {
            ids[i] = _ids.Next();
            writes[i] = Sample.Write(ids[i]);
        }

        await _store.WriteAsync(writes, CancellationToken.None);
        await _store.CompleteAsync(ids, CancellationToken.None);
    }
}
