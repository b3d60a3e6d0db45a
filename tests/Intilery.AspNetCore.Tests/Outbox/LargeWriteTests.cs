using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox;

/// <summary>What one request records may be more than a commit, or the whole outbox, has room for.</summary>
public sealed class LargeWriteTests
{
    private const int Rows = 10_000;
    private const int Bytes = 500;

    [Fact]
    public async Task It_is_stored_in_several_commits_in_its_order()
    {
        using var bench = new WriterBench();
        var writer = bench.Start();

        Assert.Equal(RecordOutcome.Recorded, await writer.CommitAsync(Large(), CancellationToken.None));

        Assert.Equal(Enumerable.Range(1, Rows).Select(id => (long)id), bench.Store.Rows.Select(row => row.Id));
        Assert.All(bench.Store.Writes, commit => Assert.InRange(commit.Sum(write => write.Commit!.Rows.Sum(row => row.Payload.Length)), 1, 1 << 20));
    }

    [Fact]
    public async Task A_store_that_fails_between_the_commits_gets_the_rest_when_it_works_again()
    {
        using var bench = new WriterBench();
        bench.Store.BeforeWriting(_ => bench.Store.Writes.Count == 2 && bench.Store.Attempts == 3 ? throw new IOException("disk away") : Task.CompletedTask);
        var writer = bench.Start();

        var outcome = writer.CommitAsync(Large(), CancellationToken.None).AsTask();
        await bench.Clock.PassAsync(TimeSpan.FromMilliseconds(100));

        Assert.Equal(RecordOutcome.Recorded, await outcome);
        Assert.Equal(Enumerable.Range(1, Rows).Select(id => (long)id), bench.Store.Rows.Select(row => row.Id));
    }

    [Fact]
    public async Task What_depends_on_one_intent_stays_in_one_commit()
    {
        using var bench = new WriterBench();
        var writer = bench.Start();
        writer.Append(Intent(90_001));
        var rows = Large().Rows.Select((row, i) => i is 0 or Rows - 1 ? row with { IntentId = 90_001 } : row);

        await writer.CommitAsync(new OutboxCommit([90_001], [.. rows]), CancellationToken.None);

        Assert.Equal(Rows, (await bench.Store.IdsAsync(maxRows: int.MaxValue)).Count);
        Assert.Equal(0, (await bench.Store.GetStatusAsync(CancellationToken.None)).Intents);
    }

    [Fact]
    public async Task One_that_is_larger_than_the_outbox_goes_through_it_as_delivery_makes_room()
    {
        const long Limit = 4 << 20;
        using var folder = new SqliteFolder();
        using var store = folder.Open(Limit);
        using var signal = new OutboxSignal();
        using var writer = new OutboxWriter(
            store, signal, new OutboxWriterSettings(TimeSpan.FromMinutes(1), 1000), folder.Diagnostics.Diagnostics, TimeProvider.System);
        writer.Start();

        var outcome = writer.CommitAsync(Large(), CancellationToken.None).AsTask();
        var delivered = new List<long>();
        while (delivered.Count < Rows)
        {
            await signal.WaitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
            for (var ids = await store.IdsAsync(); ids.Count > 0; ids = await store.IdsAsync())
            {
                await store.CompleteAsync(ids, CancellationToken.None);
                delivered.AddRange(ids);
            }
        }

        Assert.Equal(RecordOutcome.Recorded, await outcome);
        Assert.Equal(Enumerable.Range(1, Rows).Select(id => (long)id), delivered);
    }

    private static OutboxCommit Large() => new([], [.. Enumerable.Range(1, Rows).Select(id => Row(id) with { Payload = new byte[Bytes] })]);
}
