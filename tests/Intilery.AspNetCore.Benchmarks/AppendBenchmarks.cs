using BenchmarkDotNet.Attributes;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Outbox.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>What a commit costs each store, alone and shared by many; the rows are taken out again, as delivery does.</summary>
[MemoryDiagnoser]
public class AppendBenchmarks
{
    private readonly RowIdSequence _ids = new(TimeProvider.System);
    private string _folder = null!;
    private IOutboxStore _store = null!;

    /// <summary>Gets or sets the store; the last takes the database that <c>INTILERY_TEST_POSTGRES</c> names.</summary>
    [Params("memory", "sqlite", "sqlite, synced", "application's sqlite", "application's postgres")]
    public string Store { get; set; } = null!;

    [Params(1, 1000)]
    public int WritesPerCommit { get; set; }

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _folder = Directory.CreateTempSubdirectory("intilery-benchmark-").FullName;
        _store = Store switch
        {
            "memory" => new MemoryOutboxStore(int.MaxValue),
            "application's sqlite" => await SharedStore.OpenAsync(options => options.UseSqlite($"Data Source={_folder}/app.db;Pooling=False")),
            "application's postgres" => await SharedStore.OpenAsync(options => options.UseNpgsql(Postgres())),
            _ => new SqliteOutboxStore(new SqliteOutboxSettings(_folder, Store == "sqlite, synced", 1L << 30), Sample.Diagnostics()),
        };
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

    private static string Postgres() =>
        $"{Environment.GetEnvironmentVariable("INTILERY_TEST_POSTGRES") ?? throw new InvalidOperationException("INTILERY_TEST_POSTGRES is not set.")};Database=intilery_benchmark";
}
