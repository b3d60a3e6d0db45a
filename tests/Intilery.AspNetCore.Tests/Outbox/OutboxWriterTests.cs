using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Logging;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox;

/// <summary>How events reach the store, and how long a request waits for it.</summary>
public sealed class OutboxWriterTests : IDisposable
{
    private readonly WriterBench _bench = new();

    [Fact]
    public async Task Each_recorded_event_is_a_line_at_debug_with_ids_and_without_personal_data()
    {
        var writer = _bench.Start();
        var payload = """{"event":"Signed In","userId":"u1","messageId":"m1","context":{"groupId":"acme"},"properties":{"username":"peter@example.com"}}""";

        await writer.CommitAsync(Row(1) with { Payload = System.Text.Encoding.UTF8.GetBytes(payload) });

        var line = Assert.Single(_bench.Diagnostics.Log.All, line => line.Id == 312);
        Assert.Equal((LogLevel.Debug, "Recorded Signed In of user u1, account acme, as message m1."), (line.Level, line.Message));
    }

    [Fact]
    public async Task A_settlement_is_recorded_when_it_is_committed()
    {
        var writer = _bench.Start();

        Assert.Equal(RecordOutcome.Recorded, await writer.CommitAsync(Row(1)));
        Assert.Equal([1], await _bench.Store.IdsAsync());
    }

    [Fact]
    public async Task Concurrent_settlements_share_a_commit()
    {
        var release = _bench.Store.Hang();
        var writer = _bench.Start();
        var first = writer.CommitAsync(Row(1)).AsTask();
        await _bench.Store.AttemptedAsync(1);
        var others = Enumerable.Range(2, 200).Select(id => writer.CommitAsync(Row(id)).AsTask()).ToList();

        release.SetResult();

        Assert.All(await Task.WhenAll([first, .. others]), outcome => Assert.Equal(RecordOutcome.Recorded, outcome));
        Assert.Equal([1, 200], _bench.Store.Writes.Select(writes => writes.Count));
        Assert.Equal(Enumerable.Range(1, 201).Select(id => (long)id), _bench.Store.Rows.Select(row => row.Id));
    }

    [Fact]
    public async Task An_intent_is_written_before_the_settlement_that_follows_it()
    {
        var writer = _bench.Start();

        Assert.True(writer.Append(Intent(9)));
        await writer.CommitAsync(Row(1), Row(2));

        var writes = _bench.Store.Writes.SelectMany(writes => writes).ToList();
        Assert.Equal(9, writes[0].Intent?.Id);
        Assert.Equal(2, writes[1].Commit?.Rows.Count);
    }

    [Fact]
    public async Task A_store_that_hangs_is_waited_for_once_and_said_once()
    {
        var release = _bench.Store.Hang();
        var writer = _bench.Start();
        var waiting = Enumerable.Range(1, 3).Select(id => writer.CommitAsync(Row(id)).AsTask()).ToList();
        await _bench.Store.AttemptedAsync(1);

        await _bench.Clock.PassAsync(WriterBench.CommitTimeout);
        Assert.All(await Task.WhenAll(waiting), outcome => Assert.Equal(RecordOutcome.Buffered, outcome));

        var later = writer.CommitAsync(Row(4));
        Assert.True(later.IsCompleted);
        Assert.Equal(RecordOutcome.Buffered, await later);
        Assert.Single(_bench.Diagnostics.Logged(302));

        release.SetResult();
        await _bench.Store.RowsAsync(4);
        await _bench.Signal.WaitAsync(CancellationToken.None);
        Assert.False(writer.IsStalled);
        Assert.Single(_bench.Diagnostics.Logged(303));
        Assert.Equal(RecordOutcome.Recorded, await writer.CommitAsync(Row(5)));
        Assert.Equal([1, 2, 3, 4, 5], _bench.Store.Rows.Select(row => row.Id));
    }

    [Fact]
    public async Task Requests_that_came_later_wait_no_longer_than_the_first_when_the_store_hangs()
    {
        var release = _bench.Store.Hang();
        var writer = _bench.Start();
        var first = writer.CommitAsync(Row(1)).AsTask();
        await _bench.Store.AttemptedAsync(1);
        _bench.Clock.Advance(WriterBench.CommitTimeout * 0.5);
        var second = writer.CommitAsync(Row(2)).AsTask();

        _bench.Clock.Advance(WriterBench.CommitTimeout * 0.5);

        Assert.Equal([RecordOutcome.Buffered, RecordOutcome.Buffered], await Task.WhenAll(first, second));
        release.SetResult();
        await _bench.Store.RowsAsync(2);
    }

    [Fact]
    public async Task A_store_that_is_busy_but_answers_in_time_is_waited_for()
    {
        var release = _bench.Store.Hang();
        var writer = _bench.Start();
        var first = writer.CommitAsync(Row(1)).AsTask();
        await _bench.Store.AttemptedAsync(1);
        _bench.Clock.Advance(WriterBench.CommitTimeout * 0.9);
        var second = writer.CommitAsync(Row(2)).AsTask();
        release.SetResult();
        Assert.Equal(RecordOutcome.Recorded, await first);
        release = _bench.Store.Hang();
        var third = writer.CommitAsync(Row(3)).AsTask();

        // The first one's time is over now, and that is nobody else's.
        _bench.Clock.Advance(WriterBench.CommitTimeout * 0.5);
        release.SetResult();

        Assert.Equal([RecordOutcome.Recorded, RecordOutcome.Recorded], await Task.WhenAll(second, third));
        Assert.Empty(_bench.Diagnostics.Logged(302));
    }

    [Fact]
    public async Task A_request_that_gives_up_waiting_says_so_and_its_event_is_recorded_all_the_same()
    {
        var release = _bench.Store.Hang();
        var writer = _bench.Start();
        using var impatience = new CancellationTokenSource();
        var waiting = writer.CommitAsync(new OutboxCommit([], [Row(1)]), impatience.Token);
        await impatience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        release.SetResult();
        Assert.Equal([1], (await _bench.Store.RowsAsync(1)).Select(row => row.Id));
    }

    public void Dispose() => _bench.Dispose();
}
