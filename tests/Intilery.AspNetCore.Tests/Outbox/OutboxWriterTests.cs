using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Logging;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox;

public sealed class OutboxWriterTests : IDisposable
{
    private static readonly TimeSpan _commitTimeout = TimeSpan.FromSeconds(1);

    private readonly ObservedClock _clock = new();
    private readonly ScriptedStore _store = new();
    private readonly OutboxSignal _signal = new();
    private readonly TestDiagnostics _diagnostics;
    private OutboxWriter? _writer;

    public OutboxWriterTests() => _diagnostics = new TestDiagnostics(_clock);

    [Fact]
    public async Task A_settlement_is_recorded_when_it_is_committed()
    {
        var writer = Start();

        Assert.Equal(RecordOutcome.Recorded, await SettleAsync(writer, Row(1)));
        Assert.Equal([1], await _store.IdsAsync());
    }

    [Fact]
    public async Task Concurrent_settlements_share_a_commit()
    {
        var release = _store.Hang();
        var writer = Start();
        var first = SettleAsync(writer, Row(1)).AsTask();
        await _store.AttemptedAsync(1);
        var others = Enumerable.Range(2, 200).Select(id => SettleAsync(writer, Row(id)).AsTask()).ToList();

        release.SetResult();

        Assert.All(await Task.WhenAll([first, .. others]), outcome => Assert.Equal(RecordOutcome.Recorded, outcome));
        Assert.Equal([1, 200], _store.Writes.Select(writes => writes.Count));
        Assert.Equal(Enumerable.Range(1, 201).Select(id => (long)id), _store.Rows.Select(row => row.Id));
    }

    [Fact]
    public async Task An_intent_is_written_before_the_settlement_that_follows_it()
    {
        var writer = Start();

        Assert.True(writer.Append(Intent(9)));
        await SettleAsync(writer, Row(1), Row(2));

        var writes = _store.Writes.SelectMany(writes => writes).ToList();
        Assert.Equal(9, writes[0].Intent?.Id);
        Assert.Equal(2, writes[1].Settlement?.Rows.Count);
    }

    [Fact]
    public async Task A_store_that_hangs_is_waited_for_once_and_said_once()
    {
        var release = _store.Hang();
        var writer = Start();
        var waiting = Enumerable.Range(1, 3).Select(id => SettleAsync(writer, Row(id)).AsTask()).ToList();
        await _store.AttemptedAsync(1);

        await _clock.PassAsync(_commitTimeout);
        Assert.All(await Task.WhenAll(waiting), outcome => Assert.Equal(RecordOutcome.Buffered, outcome));

        var later = SettleAsync(writer, Row(4));
        Assert.True(later.IsCompleted);
        Assert.Equal(RecordOutcome.Buffered, await later);
        Assert.Single(_diagnostics.Logged(302));

        release.SetResult();
        await _store.RowsAsync(4);
        await _signal.WaitAsync(CancellationToken.None);
        Assert.False(writer.IsStalled);
        Assert.Single(_diagnostics.Logged(303));
        Assert.Equal(RecordOutcome.Recorded, await SettleAsync(writer, Row(5)));
        Assert.Equal([1, 2, 3, 4, 5], _store.Rows.Select(row => row.Id));
    }

    [Fact]
    public async Task Requests_that_came_later_wait_no_longer_than_the_first_when_the_store_hangs()
    {
        var release = _store.Hang();
        var writer = Start();
        var first = SettleAsync(writer, Row(1)).AsTask();
        await _store.AttemptedAsync(1);
        _clock.Advance(_commitTimeout * 0.5);
        var second = SettleAsync(writer, Row(2)).AsTask();

        _clock.Advance(_commitTimeout * 0.5);

        Assert.Equal([RecordOutcome.Buffered, RecordOutcome.Buffered], await Task.WhenAll(first, second));
        release.SetResult();
        await _store.RowsAsync(2);
    }

    [Fact]
    public async Task A_store_that_is_busy_but_answers_in_time_is_waited_for()
    {
        var release = _store.Hang();
        var writer = Start();
        var first = SettleAsync(writer, Row(1)).AsTask();
        await _store.AttemptedAsync(1);
        _clock.Advance(_commitTimeout * 0.9);
        var second = SettleAsync(writer, Row(2)).AsTask();
        release.SetResult();
        Assert.Equal(RecordOutcome.Recorded, await first);
        release = _store.Hang();
        var third = SettleAsync(writer, Row(3)).AsTask();

        // The first one's time is over now, and that is nobody else's.
        _clock.Advance(_commitTimeout * 0.5);
        release.SetResult();

        Assert.Equal([RecordOutcome.Recorded, RecordOutcome.Recorded], await Task.WhenAll(second, third));
        Assert.Empty(_diagnostics.Logged(302));
    }

    [Fact]
    public async Task A_request_that_gives_up_waiting_says_so_and_its_event_is_recorded_all_the_same()
    {
        var release = _store.Hang();
        var writer = Start();
        using var impatience = new CancellationTokenSource();
        var waiting = writer.SettleAsync(new Settlement([], [Row(1)]), impatience.Token);
        await impatience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        release.SetResult();
        Assert.Equal([1], (await _store.RowsAsync(1)).Select(row => row.Id));
    }

    [Fact]
    public async Task A_store_that_throws_is_tried_again_ever_more_slowly_and_nothing_is_lost()
    {
        var failures = 3;
        _store.BeforeWriting(_ => failures-- > 0 ? throw new IOException("disk full") : Task.CompletedTask);
        var writer = Start(TimeSpan.FromMinutes(1));
        var recorded = SettleAsync(writer, Row(1)).AsTask();

        foreach (var milliseconds in (int[])[100, 200, 400])
        {
            await _clock.PassAsync(TimeSpan.FromMilliseconds(milliseconds));
        }

        Assert.Equal(RecordOutcome.Recorded, await recorded);
        Assert.Equal([1], _store.Rows.Select(row => row.Id));
        var line = Assert.Single(_diagnostics.Log.All, line => line.Id == 301);
        Assert.Equal((LogLevel.Error, "disk full"), (line.Level, line.Exception?.Message));
    }

    [Fact]
    public async Task The_next_failure_after_a_minute_says_how_many_went_by_unlogged()
    {
        var failures = 3;
        _store.BeforeWriting(_ => failures-- > 0 ? throw new IOException("disk full") : Task.CompletedTask);
        var writer = Start(TimeSpan.FromMinutes(1));
        var recorded = SettleAsync(writer, Row(1)).AsTask();
        foreach (var milliseconds in (int[])[100, 200, 400])
        {
            await _clock.PassAsync(TimeSpan.FromMilliseconds(milliseconds));
        }

        await recorded;
        _clock.Advance(TimeSpan.FromMinutes(1));
        failures = 1;
        recorded = SettleAsync(writer, Row(2)).AsTask();
        await _clock.PassAsync(TimeSpan.FromMilliseconds(100));
        await recorded;

        Assert.Equal(
            [
                "The outbox cannot be written; events wait in memory until it can.",
                "The outbox cannot be written; events wait in memory until it can. 2 earlier lines like this one were left out.",
            ],
            _diagnostics.Logged(301));
    }

    [Fact]
    public async Task Retries_never_wait_longer_than_five_seconds()
    {
        var failures = 8;
        _store.BeforeWriting(_ => failures-- > 0 ? throw new IOException("disk full") : Task.CompletedTask);
        var writer = Start(TimeSpan.FromMinutes(1));
        var recorded = SettleAsync(writer, Row(1)).AsTask();

        foreach (var milliseconds in (int[])[100, 200, 400, 800, 1600, 3200, 5000, 5000])
        {
            await _clock.PassAsync(TimeSpan.FromMilliseconds(milliseconds));
        }

        Assert.Equal(RecordOutcome.Recorded, await recorded);
    }

    [Fact]
    public async Task What_settles_an_intent_is_taken_however_full_the_buffer_is()
    {
        var release = _store.Hang();
        var writer = Start(capacity: 2);
        Assert.True(writer.Append(Intent(1)));
        await _store.AttemptedAsync(1);
        Assert.True(writer.Append(Intent(2)));
        Assert.True(writer.Append(Intent(3)));
        Assert.False(writer.Append(Intent(4)));

        var settled = writer.SettleAsync(new Settlement([1], [Row(11) with { IntentId = 1 }]), TestContext.Current.CancellationToken);
        Assert.Equal(RecordOutcome.Dropped, await SettleAsync(writer, Row(12)));
        release.SetResult();

        Assert.Equal(RecordOutcome.Recorded, await settled);
        Assert.Equal(1, _diagnostics.Dropped["buffer-full"]);
    }

    [Fact]
    public async Task What_a_full_buffer_cannot_take_is_dropped_counted_and_said()
    {
        var release = _store.Hang();
        var writer = Start(capacity: 2);
        var taken = new List<Task<RecordOutcome>> { SettleAsync(writer, Row(1)).AsTask() };
        await _store.AttemptedAsync(1);
        taken.Add(SettleAsync(writer, Row(2)).AsTask());
        taken.Add(SettleAsync(writer, Row(3)).AsTask());

        Assert.Equal(RecordOutcome.Dropped, await SettleAsync(writer, Row(4), Row(5), Row(6)));
        Assert.Equal(RecordOutcome.Dropped, await SettleAsync(writer, Row(7)));
        Assert.False(writer.Append(Intent(9)));

        Assert.Equal(4, _diagnostics.Dropped["buffer-full"]);
        Assert.Equal(["Events were lost for the reason buffer-full: 3."], _diagnostics.Logged(300));
        release.SetResult();
        Assert.All(await Task.WhenAll(taken), outcome => Assert.Equal(RecordOutcome.Recorded, outcome));
    }

    public void Dispose()
    {
        _writer?.Dispose();
        _signal.Dispose();
        _store.Dispose();
        _diagnostics.Dispose();
    }

    private static ValueTask<RecordOutcome> SettleAsync(OutboxWriter writer, params OutboxRow[] rows) =>
        writer.SettleAsync(new Settlement([], rows), CancellationToken.None);

    private OutboxWriter Start(TimeSpan? commitTimeout = null, int capacity = 1000)
    {
        var settings = new OutboxWriterSettings(commitTimeout ?? _commitTimeout, capacity);
        _writer = new OutboxWriter(_store, _signal, settings, _diagnostics.Diagnostics, _clock);
        _writer.Start();
        return _writer;
    }
}
