using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Outbox;

public sealed class RowIdSequenceTests
{
    [Fact]
    public void Ids_ascend_while_the_wall_clock_steps_back()
    {
        var clock = new SteppingClock(OutboxSample.Noon);
        var sequence = new RowIdSequence(clock);
        var before = sequence.Next();

        clock.Now -= TimeSpan.FromHours(1);
        var during = Enumerable.Range(0, 5000).Select(_ => sequence.Next()).ToList();
        clock.Now += TimeSpan.FromHours(2);
        var after = sequence.Next();

        Assert.Equal(during.Order(), during);
        Assert.True(before < during[0]);
        Assert.True(during[^1] < after);
    }

    [Fact]
    public void Ids_of_parallel_threads_are_unique_and_positive()
    {
        var sequence = new RowIdSequence(new FakeTimeProvider(OutboxSample.Noon));
        var ids = new long[20_000];

        Parallel.For(0, ids.Length, i => ids[i] = sequence.Next());

        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, id => Assert.True(id > 0));
    }

    [Fact]
    public void A_later_process_of_another_node_has_higher_ids()
    {
        var clock = new FakeTimeProvider(OutboxSample.Noon);
        var earlier = new RowIdSequence(clock).Next();
        clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.All(Enumerable.Range(0, 50), _ => Assert.True(new RowIdSequence(clock).Next() > earlier));
    }

    [Fact]
    public void A_clock_before_the_epoch_still_gives_positive_ascending_ids()
    {
        var sequence = new RowIdSequence(new FakeTimeProvider(new DateTimeOffset(1999, 1, 1, 0, 0, 0, TimeSpan.Zero)));

        var (first, second) = (sequence.Next(), sequence.Next());
        Assert.True(first > 0);
        Assert.True(second > first);
    }

    [Fact]
    public void An_id_tells_when_it_was_made() =>
        Assert.Equal(OutboxSample.Noon, RowIdSequence.TimeOf(new RowIdSequence(new FakeTimeProvider(OutboxSample.Noon)).Next()));

    // FakeTimeProvider refuses to go back; wall clocks do not.
    private sealed class SteppingClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    [Fact]
    public void After_an_id_of_a_clock_that_was_ahead_all_ids_are_greater_and_ascend()
    {
        var ahead = new RowIdSequence(new FakeTimeProvider(new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero))).Next();
        var ids = new RowIdSequence(new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.True(ids.Next() < ahead);

        ids.StartAfter(ahead);
        ids.StartAfter(0);
        long[] next = [ids.Next(), ids.Next(), ids.Next()];

        Assert.All(next, id => Assert.True(id > ahead));
        Assert.Equal(next.Order(), next);
    }
}
