using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

/// <summary>Two processes on one outbox, each with a clock of its own, on each kind of database.</summary>
public abstract class SharedOutboxMatrix(Func<Task<TestDatabase>> newDatabase) : IAsyncLifetime
{
    private readonly SteppedClock _clockA = new();
    private readonly SteppedClock _clockB = new();
    private TestDatabase _database = null!;
    private SharedOutboxNode _a = null!;
    private SharedOutboxNode _b = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await newDatabase();
        _a = await SharedOutboxNode.StartAsync(_database, _clockA, createTables: true);
        _b = await SharedOutboxNode.StartAsync(_database, _clockB);
        await _a.Heartbeat.BeatAsync(CancellationToken.None);
        await _b.Heartbeat.BeatAsync(CancellationToken.None);
    }

    [Fact]
    public async Task One_of_two_processes_delivers()
    {
        Assert.True(await HoldsAsync(_a));
        Assert.False(await HoldsAsync(_b));
        Assert.True(await HoldsAsync(_a));
    }

    [Fact]
    public async Task The_processes_are_listed_with_the_one_that_delivers_and_the_one_that_is_gone()
    {
        Assert.True(await HoldsAsync(_b));
        Assert.Equal([(true, false, false), (false, true, false)], await NodesAsync(_a));
        Assert.Equal([(true, true, false), (false, false, false)], await NodesAsync(_b));

        _clockB.Advance(SharedOutboxNode.LeaseTime);
        Assert.Equal([(true, true, false), (false, false, true)], await NodesAsync(_b));

        static async Task<IEnumerable<(bool Delivers, bool IsThis, bool IsGone)>> NodesAsync(SharedOutboxNode node) =>
            from listed in await node.Store.ReadNodesAsync(CancellationToken.None) select (listed.HoldsLease, listed.IsThis, listed.IsGone);
    }

    [Fact]
    public async Task A_lease_whose_beat_stands_still_for_its_time_is_taken_over()
    {
        Assert.True(await HoldsAsync(_a));
        Assert.False(await HoldsAsync(_b));

        _clockB.Advance(SharedOutboxNode.LeaseTime - TimeSpan.FromMilliseconds(1));
        Assert.False(await HoldsAsync(_b));
        _clockB.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(await HoldsAsync(_b));
    }

    [Fact]
    public async Task A_lease_whose_beat_goes_on_is_never_taken_over()
    {
        Assert.True(await HoldsAsync(_a));
        for (var i = 0; i < 5; i++)
        {
            Assert.False(await HoldsAsync(_b));
            _clockB.Advance(SharedOutboxNode.LeaseTime - TimeSpan.FromSeconds(1));
            await _a.Heartbeat.BeatAsync(CancellationToken.None);
        }

        Assert.False(await HoldsAsync(_b));
        Assert.True(await HoldsAsync(_a));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task The_wall_clock_has_no_say(int hours)
    {
        Assert.True(await HoldsAsync(_a));
        Assert.False(await HoldsAsync(_b));

        _clockA.Step = -TimeSpan.FromHours(hours);
        _clockB.Step = TimeSpan.FromHours(hours);

        Assert.False(await HoldsAsync(_b));
        Assert.True(await HoldsAsync(_a));

        _clockB.Advance(SharedOutboxNode.LeaseTime);
        Assert.True(await HoldsAsync(_b));
    }

    [Fact]
    public async Task A_graceful_stop_hands_over_at_once()
    {
        Assert.True(await HoldsAsync(_a));
        Assert.False(await HoldsAsync(_b));

        await _a.Heartbeat.LeaveAsync(CancellationToken.None);

        Assert.True(await HoldsAsync(_b));
    }

    [Fact]
    public async Task Whoever_lost_the_lease_while_it_was_frozen_completes_and_rejects_nothing_any_more()
    {
        Assert.True(await HoldsAsync(_a));
        await _a.Store.WriteAsync(Commit(Row(1), Row(2)));
        await TakeOverAsync();

        await _a.Store.CompleteAsync([1], CancellationToken.None);
        await _a.Store.RejectAsync(new DeadLetter(Row(2), "no", Noon), CancellationToken.None);

        Assert.Equal([1, 2], await _b.Store.IdsAsync());
        Assert.Equal(0, (await _b.Store.GetStatusAsync(CancellationToken.None)).DeadLetters);
        _clockA.Advance(SharedOutboxNode.LeaseTime);
        Assert.False(await HoldsAsync(_a));
    }

    [Fact]
    public async Task What_a_newer_version_has_written_is_left_alone_counted_and_still_of_that_version()
    {
        Assert.True(await HoldsAsync(_a));
        await _a.Store.WriteAsync(Commit(Row(1), Row(2), Row(3)), Write(Intent(10, "u2")));
        Assert.Equal(0, await _a.Store.CountNewerAsync(Here, CancellationToken.None));
        await _database.ExecuteAsync("UPDATE \"IntileryOutboxRows\" SET \"Format\" = 2 WHERE \"Id\" = 2; UPDATE \"IntileryOutboxIntents\" SET \"Format\" = 2");
        _clockB.Advance(SharedOutboxNode.LeaseTime);

        Assert.Equal([1, 3], await _a.Store.IdsAsync());
        Assert.Empty(await OrphansAsync(_b));
        Assert.Equal(2, await _a.Store.CountNewerAsync(Here, CancellationToken.None));

        // The rows of its user that were recorded later go behind one that is restored.
        await _a.Store.RejectAsync(new DeadLetter(Row(1), "no", Noon), CancellationToken.None);
        await _a.Store.RestoreAsync([1], CancellationToken.None);
        await _a.Store.CompleteAsync([1, 3], CancellationToken.None);
        Assert.Empty(await _a.Store.IdsAsync());
        Assert.Equal(2, await _a.Store.CountNewerAsync(Here, CancellationToken.None));
        Assert.Equal(1, (await _a.Store.GetStatusAsync(CancellationToken.None)).Rows);
    }

    [Fact]
    public async Task Intents_of_a_process_that_is_gone_are_found_by_another_and_those_of_a_living_one_are_not()
    {
        await _a.Store.WriteAsync(Write(Intent(1)));
        Assert.Empty(await OrphansAsync(_b));

        _clockB.Advance(SharedOutboxNode.LeaseTime - TimeSpan.FromSeconds(1));
        await _a.Heartbeat.BeatAsync(CancellationToken.None);
        Assert.Empty(await OrphansAsync(_b));

        _clockB.Advance(SharedOutboxNode.LeaseTime);
        var orphan = Assert.Single(await OrphansAsync(_b));
        Assert.Equal((1, "scope-1", "u1"), (orphan.Id, orphan.Scope, orphan.UserId));
        Assert.Empty(await OrphansAsync(_a));
    }

    [Fact]
    public async Task What_is_recovered_goes_before_what_its_user_did_later_and_behind_what_its_user_did_before()
    {
        await _a.Store.WriteAsync(Commit(Row(1), Row(2, "u2")), Write(Intent(3)));
        await _b.Store.WriteAsync(Commit(Row(4), Row(5, "u2"), Row(6)));
        await _a.Heartbeat.LeaveAsync(CancellationToken.None);
        Assert.Single(await OrphansAsync(_b));
        Assert.Equal([2, 5], await _b.Store.IdsAsync());

        await _b.Store.WriteAsync(Commit(3, Row(7, intentId: 3), Row(8, intentId: 3)));

        Assert.Equal([1, 2, 5, 7, 8, 4, 6], await _b.Store.IdsAsync());
    }

    [Fact]
    public async Task A_row_that_commits_with_a_lower_position_than_what_was_delivered_is_delivered_within_ten_seconds()
    {
        Assert.True(await HoldsAsync(_a));
        await _a.Store.WriteAsync(Commit(Row(1), Row(2), Row(3)));
        Assert.Equal([1, 2, 3], await _a.Store.IdsAsync());
        await _a.Store.CompleteAsync([1, 2], CancellationToken.None);
        for (var i = 0; i < 2; i++)
        {
            _clockA.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal([3], await _a.Store.IdsAsync());
        }

        await _b.Store.WriteAsync(Commit(Row(9, "u2")));
        await _database.ExecuteAsync("UPDATE \"IntileryOutboxRows\" SET \"Position\" = 0 WHERE \"Id\" = 9");

        Assert.Equal([3], await _a.Store.IdsAsync());
        _clockA.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal([9, 3], await _a.Store.IdsAsync());
    }

    [Fact]
    public async Task A_row_that_was_held_back_goes_before_what_its_user_did_later_wherever_the_look_begins()
    {
        await _a.Store.WriteAsync(Commit(Row(1), Row(2, "u2"), Row(3, "u3")), Write(Intent(4)));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal([2, 3], await _a.Store.IdsAsync());
            _clockA.Advance(TimeSpan.FromSeconds(2));
        }

        await _a.Store.WriteAsync(Commit(4), Commit(Row(5)));

        Assert.Equal([1, 2, 3, 5], await _a.Store.IdsAsync());
    }

    [Fact]
    public async Task A_due_time_that_no_clock_has_stops_nothing()
    {
        await _a.Store.WriteAsync(Commit(Row(1), Row(2)));
        await _database.ExecuteAsync("UPDATE \"IntileryOutboxRows\" SET \"Due\" = -9223372036854775807 WHERE \"Id\" = 1");

        Assert.Equal([1, 2], await _a.Store.IdsAsync());
    }

    [Fact]
    public async Task What_a_newer_version_has_written_is_left_alone()
    {
        await _a.Store.WriteAsync(Commit(Row(1), Row(2)), Write(Intent(3, "u2")));
        await _database.ExecuteAsync("UPDATE \"IntileryOutboxRows\" SET \"Format\" = 2 WHERE \"Id\" = 1");
        await _database.ExecuteAsync("UPDATE \"IntileryOutboxIntents\" SET \"Format\" = 2");
        await _a.Heartbeat.LeaveAsync(CancellationToken.None);

        Assert.Equal([2], await _b.Store.IdsAsync());
        Assert.Empty(await OrphansAsync(_b));
        Assert.Equal(2, (await _b.Store.GetStatusAsync(CancellationToken.None)).Rows);
    }

    [Fact]
    public async Task Intents_of_a_process_that_left_are_found_at_once()
    {
        await _a.Store.WriteAsync(Write(Intent(1)));
        await _a.Heartbeat.LeaveAsync(CancellationToken.None);

        Assert.Single(await OrphansAsync(_b));
    }

    [Fact]
    public async Task An_intent_written_before_its_owners_first_beat_is_no_orphan()
    {
        using var early = await SharedOutboxNode.StartAsync(_database, TimeProvider.System);
        await early.Store.WriteAsync(Write(Intent(1)));

        Assert.Empty(await OrphansAsync(_b));
    }

    [Fact]
    public async Task A_process_that_wakes_up_after_it_was_given_up_counts_as_living_again()
    {
        _clockB.Advance(SharedOutboxNode.LeaseTime);
        await _b.Heartbeat.BeatAsync(CancellationToken.None);

        await _a.Heartbeat.BeatAsync(CancellationToken.None);
        await _a.Store.WriteAsync(Write(Intent(1)));

        Assert.Empty(await OrphansAsync(_b));
    }

    public ValueTask DisposeAsync()
    {
        _a.Dispose();
        _b.Dispose();
        _database.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private static ValueTask<bool> HoldsAsync(SharedOutboxNode node) => node.Lease.TryHoldAsync(CancellationToken.None);

    // As the keeper does it: a beat, which looks at the others, and then the question.
    private static async Task<IReadOnlyList<Intent>> OrphansAsync(SharedOutboxNode node)
    {
        await node.Heartbeat.BeatAsync(CancellationToken.None);
        return await node.Store.ReadOrphanedIntentsAsync(CancellationToken.None);
    }

    private async Task TakeOverAsync()
    {
        Assert.False(await HoldsAsync(_b));
        _clockB.Advance(SharedOutboxNode.LeaseTime);
        Assert.True(await HoldsAsync(_b));
    }
}
