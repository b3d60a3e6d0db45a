using System.Globalization;
using System.Text;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Logging;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox;

/// <summary>What the writer does with a store that throws, and with a buffer that is full.</summary>
public sealed class OutboxWriterTroubleTests : IDisposable
{
    private readonly WriterBench _bench = new();
    private int _failures;

    public OutboxWriterTroubleTests() =>
        _bench.Store.BeforeWriting(_ => _failures-- > 0 ? throw new IOException("disk full") : Task.CompletedTask);

    [Fact]
    public async Task A_store_that_throws_is_tried_again_ever_more_slowly_and_nothing_is_lost()
    {
        _failures = 3;
        var writer = _bench.Start(TimeSpan.FromMinutes(1));
        var outcome = await RetriedAsync(writer, Row(1), 100, 200, 400);

        Assert.Equal(RecordOutcome.Recorded, outcome);
        Assert.Equal([1], _bench.Store.Rows.Select(row => row.Id));
        var line = Assert.Single(_bench.Diagnostics.Log.All, line => line.Id == 301);
        Assert.Equal((LogLevel.Error, "disk full"), (line.Level, line.Exception?.Message));
    }

    [Fact]
    public async Task The_next_failure_after_a_minute_says_how_many_went_by_unlogged()
    {
        _failures = 3;
        var writer = _bench.Start(TimeSpan.FromMinutes(1));
        await RetriedAsync(writer, Row(1), 100, 200, 400);

        _bench.Clock.Advance(TimeSpan.FromMinutes(1));
        _failures = 1;
        await RetriedAsync(writer, Row(2), 100);

        Assert.Equal(
            [
                "The outbox cannot be written; events wait in memory until it can.",
                "The outbox cannot be written; events wait in memory until it can. 2 earlier lines like this one were left out.",
            ],
            _bench.Diagnostics.Logged(301));
    }

    [Fact]
    public async Task Retries_never_wait_longer_than_five_seconds()
    {
        _failures = 8;
        var writer = _bench.Start(TimeSpan.FromMinutes(1));
        var outcome = await RetriedAsync(writer, Row(1), 100, 200, 400, 800, 1600, 3200, 5000, 5000);

        Assert.Equal(RecordOutcome.Recorded, outcome);
    }

    [Fact]
    public async Task What_settles_an_intent_is_taken_however_full_the_buffer_is()
    {
        var release = _bench.Store.Hang();
        var writer = _bench.Start(capacity: 2);
        Assert.True(writer.Append(Intent(1)));
        await _bench.Store.AttemptedAsync(1);
        Assert.True(writer.Append(Intent(2)));
        Assert.True(writer.Append(Intent(3)));
        Assert.False(writer.Append(Intent(4)));

        var settled = writer.CommitAsync(new OutboxCommit([1], [Row(11) with { IntentId = 1 }]), TestContext.Current.CancellationToken);
        Assert.Equal(RecordOutcome.Dropped, await writer.CommitAsync(Row(12)));
        release.SetResult();

        Assert.Equal(RecordOutcome.Recorded, await settled);
        Assert.Equal(1, _bench.Diagnostics.Dropped["buffer-full"]);
    }

    [Fact]
    public async Task An_intent_is_not_written_down_before_the_store_asks_for_it_nor_for_a_full_buffer()
    {
        var release = _bench.Store.Hang();
        var writer = _bench.Start(capacity: 1);
        var written = new List<long>();
        Assert.True(writer.Append(Intent(1)));
        await _bench.Store.AttemptedAsync(1);

        Assert.True(writer.Append(Late(2)));
        Assert.False(writer.Append(Late(3)));
        Assert.Empty(written);
        release.SetResult();
        await writer.WrittenAsync(TestContext.Current.CancellationToken);

        Assert.Equal("2", Encoding.UTF8.GetString(Assert.Single(_bench.Store.Writes.SelectMany(writes => writes), write => write.Intent?.Id == 2).Intent!.Payload.Span));
        Assert.Equal([2], written);

        Intent Late(long id) => new(id, "scope", "u1", () =>
        {
            written.Add(id);
            return Encoding.UTF8.GetBytes(id.ToString(CultureInfo.InvariantCulture));
        });
    }

    [Fact]
    public async Task What_a_full_buffer_cannot_take_is_dropped_counted_and_said()
    {
        var release = _bench.Store.Hang();
        var writer = _bench.Start(capacity: 2);
        var taken = new List<Task<RecordOutcome>> { writer.CommitAsync(Row(1)).AsTask() };
        await _bench.Store.AttemptedAsync(1);
        taken.Add(writer.CommitAsync(Row(2)).AsTask());
        taken.Add(writer.CommitAsync(Row(3)).AsTask());

        Assert.Equal(RecordOutcome.Dropped, await writer.CommitAsync(Row(4), Row(5), Row(6)));
        Assert.Equal(RecordOutcome.Dropped, await writer.CommitAsync(Row(7)));
        Assert.False(writer.Append(Intent(9)));

        Assert.Equal(4, _bench.Diagnostics.Dropped["buffer-full"]);
        Assert.Equal(["Events were lost for the reason buffer-full: 3."], _bench.Diagnostics.Logged(300));
        release.SetResult();
        Assert.All(await Task.WhenAll(taken), outcome => Assert.Equal(RecordOutcome.Recorded, outcome));
    }

    public void Dispose() => _bench.Dispose();

    // Lets the delays between the attempts pass: no longer than these.
    private async Task<RecordOutcome> RetriedAsync(OutboxWriter writer, OutboxRow row, params int[] milliseconds)
    {
        var recorded = writer.CommitAsync(row).AsTask();
        foreach (var delay in milliseconds)
        {
            await _bench.Clock.PassAsync(TimeSpan.FromMilliseconds(delay));
        }

        return await recorded;
    }
}
