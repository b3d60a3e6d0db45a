using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox;

public sealed class OutboxWriterStopTests : IDisposable
{
    private static readonly CancellationToken _deadlinePassed = new(canceled: true);

    private readonly ObservedClock _clock = new();
    private readonly ScriptedStore _store = new();
    private readonly OutboxSignal _signal = new();
    private readonly TestDiagnostics _diagnostics;
    private readonly OutboxWriter _writer;

    public OutboxWriterStopTests()
    {
        _diagnostics = new TestDiagnostics(_clock);
        _writer = new OutboxWriter(
            _store, _signal, new OutboxWriterSettings(TimeSpan.FromSeconds(1), 1000), _diagnostics.Diagnostics, _clock);
        _writer.Start();
    }

    [Fact]
    public async Task Stopping_writes_what_is_left()
    {
        var release = _store.Hang();
        var recorded = await QueueAsync(3);

        var stopped = _writer.StopAsync(CancellationToken.None);
        Assert.False(stopped.IsCompleted);
        release.SetResult();
        await stopped;

        Assert.Equal([1, 2, 3], _store.Rows.Select(row => row.Id));
        Assert.All(await Task.WhenAll(recorded), outcome => Assert.Equal(RecordOutcome.Recorded, outcome));
        Assert.Empty(_diagnostics.Dropped);
    }

    [Fact]
    public async Task Stopping_past_the_deadline_counts_all_that_is_lost_even_what_a_hanging_store_holds()
    {
        var release = _store.Hang();
        await QueueAsync(3);

        await _writer.StopAsync(_deadlinePassed);

        Assert.Equal(3, _diagnostics.Dropped["stopped"]);
        Assert.Equal(["Events were lost for the reason stopped: 3."], _diagnostics.Logged(300));
        release.SetResult();
    }

    [Fact]
    public async Task A_disposal_without_a_stop_counts_what_is_lost_once()
    {
        var release = _store.Hang();
        await QueueAsync(3);

        _writer.Dispose();
        await _writer.StopAsync(_deadlinePassed);

        Assert.Equal(3, _diagnostics.Dropped["stopped"]);
        release.SetResult();
    }

    [Fact]
    public async Task Stopping_past_the_deadline_counts_what_a_throwing_store_refused()
    {
        _store.BeforeWriting(_ => throw new IOException("disk full"));
        await QueueAsync(2);

        await _writer.StopAsync(_deadlinePassed);

        Assert.Equal(2, _diagnostics.Dropped["stopped"]);
        Assert.Single(_diagnostics.Logged(300));
    }

    [Fact]
    public async Task Stopping_past_the_deadline_with_nothing_to_lose_reports_no_loss()
    {
        var release = _store.Hang();
        _writer.Append(Intent(9));
        await _store.AttemptedAsync(1);

        await _writer.StopAsync(_deadlinePassed);

        Assert.Empty(_diagnostics.Dropped);
        Assert.Empty(_diagnostics.Logged(300));
        release.SetResult();
    }

    [Fact]
    public async Task What_comes_after_the_stop_is_counted_as_stopped()
    {
        await _writer.StopAsync(CancellationToken.None);

        Assert.Equal(RecordOutcome.Dropped, await _writer.SettleAsync(new Settlement([], [Row(1)]), CancellationToken.None));
        Assert.Equal(1, Assert.Single(_diagnostics.Dropped, dropped => dropped.Key == "stopped").Value);
    }

    public void Dispose()
    {
        _writer.Dispose();
        _signal.Dispose();
        _store.Dispose();
        _diagnostics.Dispose();
    }

    private async Task<IReadOnlyList<Task<RecordOutcome>>> QueueAsync(int count)
    {
        var first = Settle(1);
        await _store.AttemptedAsync(1);
        return [first, .. Enumerable.Range(2, count - 1).Select(Settle)];

        Task<RecordOutcome> Settle(int id) => _writer.SettleAsync(new Settlement([], [Row(id)]), CancellationToken.None).AsTask();
    }
}
