using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox;

public sealed class OutboxWriterStopTests : IDisposable
{
    private static readonly CancellationToken _deadlinePassed = new(canceled: true);

    private readonly WriterBench _bench = new();
    private readonly OutboxWriter _writer;

    public OutboxWriterStopTests() => _writer = _bench.Start();

    [Fact]
    public async Task Stopping_writes_what_is_left()
    {
        var release = _bench.Store.Hang();
        var recorded = await QueueAsync(3);

        var stopped = _writer.StopAsync(CancellationToken.None);
        Assert.False(stopped.IsCompleted);
        release.SetResult();
        await stopped;

        Assert.Equal([1, 2, 3], _bench.Store.Rows.Select(row => row.Id));
        Assert.All(await Task.WhenAll(recorded), outcome => Assert.Equal(RecordOutcome.Recorded, outcome));
        Assert.Empty(_bench.Diagnostics.Dropped);
    }

    [Fact]
    public async Task Stopping_past_the_deadline_counts_all_that_is_lost_even_what_a_hanging_store_holds()
    {
        var release = _bench.Store.Hang();
        await QueueAsync(3);

        await _writer.StopAsync(_deadlinePassed);

        Assert.Equal(3, _bench.Diagnostics.Dropped["stopped"]);
        Assert.Equal(["Events were lost for the reason stopped: 3."], _bench.Diagnostics.Logged(300));
        release.SetResult();
    }

    [Fact]
    public async Task A_disposal_without_a_stop_counts_what_is_lost_once()
    {
        var release = _bench.Store.Hang();
        await QueueAsync(3);

        _writer.Dispose();
        await _writer.StopAsync(_deadlinePassed);

        Assert.Equal(3, _bench.Diagnostics.Dropped["stopped"]);
        release.SetResult();
    }

    [Fact]
    public async Task Stopping_past_the_deadline_counts_what_a_throwing_store_refused()
    {
        _bench.Store.BeforeWriting(_ => throw new IOException("disk full"));
        await QueueAsync(2);

        await _writer.StopAsync(_deadlinePassed);

        Assert.Equal(2, _bench.Diagnostics.Dropped["stopped"]);
        Assert.Single(_bench.Diagnostics.Logged(300));
    }

    [Fact]
    public async Task Stopping_past_the_deadline_with_nothing_to_lose_reports_no_loss()
    {
        var release = _bench.Store.Hang();
        _writer.Append(Intent(9));
        await _bench.Store.AttemptedAsync(1);

        await _writer.StopAsync(_deadlinePassed);

        Assert.Empty(_bench.Diagnostics.Dropped);
        Assert.Empty(_bench.Diagnostics.Logged(300));
        release.SetResult();
    }

    [Fact]
    public async Task What_comes_after_the_stop_is_counted_as_stopped()
    {
        await _writer.StopAsync(CancellationToken.None);

        Assert.Equal(RecordOutcome.Dropped, await _writer.CommitAsync(Row(1)));
        Assert.Equal(1, Assert.Single(_bench.Diagnostics.Dropped, dropped => dropped.Key == "stopped").Value);
    }

    public void Dispose() => _bench.Dispose();

    private async Task<IReadOnlyList<Task<RecordOutcome>>> QueueAsync(int count)
    {
        var first = Commit(1);
        await _bench.Store.AttemptedAsync(1);
        return [first, .. Enumerable.Range(2, count - 1).Select(Commit)];

        Task<RecordOutcome> Commit(int id) => _writer.CommitAsync(Row(id)).AsTask();
    }
}
