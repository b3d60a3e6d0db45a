using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class SharedTrialClockTests(PostgresCluster cluster)
{
    [Fact]
    public async Task A_node_whose_clock_is_an_hour_ahead_ends_no_trial_before_its_time()
    {
        using var database = await TestDatabase.PostgresAsync(cluster);
        using var node = await SharedOutboxNode.StartAsync(database, TimeProvider.System, createTables: true);
        var now = DateTimeOffset.UtcNow;
        using var desk = new TrialDesk(node.Store, Ahead(now.AddHours(1)));
        await desk.RecordAsync(new TrialStarted { TrialEndDate = now.AddMinutes(-1) }, groupId: "over");
        await desk.RecordAsync(new TrialStarted { TrialEndDate = now.AddMinutes(30) }, groupId: "running");

        await desk.LookAsync();

        Assert.Equal("over", Assert.Single(await desk.EndedAsync()).GroupId);
    }

    [Fact]
    public async Task A_node_whose_clock_is_an_hour_behind_ends_trials_in_time()
    {
        using var database = await TestDatabase.PostgresAsync(cluster);
        using var node = await SharedOutboxNode.StartAsync(database, TimeProvider.System, createTables: true);
        var now = DateTimeOffset.UtcNow;
        using var desk = new TrialDesk(node.Store, Ahead(now.AddHours(-1)));
        await desk.RecordAsync(new TrialStarted { TrialEndDate = now.AddMinutes(-1) });

        await desk.LookAsync();

        Assert.Single(await desk.EndedAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nodes_that_end_the_same_trials_at_once_end_each_once(bool onPostgres)
    {
        const int Trials = 250;
        using var database = onPostgres ? await TestDatabase.PostgresAsync(cluster) : TestDatabase.Sqlite();
        using var first = await SharedOutboxNode.StartAsync(database, TimeProvider.System, createTables: true);
        using var second = await SharedOutboxNode.StartAsync(database, TimeProvider.System);
        using var one = new TrialDesk(first.Store, TimeProvider.System);
        using var other = new TrialDesk(second.Store, TimeProvider.System);
        await one.RecordAllAsync(
            OutboxSample.Here, Enumerable.Range(1, Trials).Select(number => new TrialStarted { GroupId = $"acct_{number}", TrialEndDate = DateTimeOffset.UtcNow.AddSeconds(-1) }));

        // As if both held the lease.
        await Task.WhenAll(one.LookAsync(), other.LookAsync());

        var ended = await one.EndedAsync();
        Assert.Equal(Trials, ended.Count);
        Assert.Equal(Trials, ended.DistinctBy(call => call.GroupId).Count());
    }

    [Fact]
    public async Task Nodes_that_start_the_same_trial_at_once_start_it_once()
    {
        using var database = await TestDatabase.PostgresAsync(cluster);
        using var first = await SharedOutboxNode.StartAsync(database, TimeProvider.System, createTables: true);
        using var second = await SharedOutboxNode.StartAsync(database, TimeProvider.System);
        using var one = new TrialDesk(first.Store, TimeProvider.System);
        using var other = new TrialDesk(second.Store, TimeProvider.System);
        for (var number = 1; number <= 20; number++)
        {
            await Task.WhenAll(StartAsync(one, number), StartAsync(other, number));
        }

        Assert.Equal(20, (await one.RecordedAsync()).Count);
        Assert.Equal(20, (await first.Store.NextAsync()).Count);

        // As the writer in front of the store does: what failed because the other was faster is tried again.
        static async Task StartAsync(TrialDesk desk, int number)
        {
            var started = new TrialStarted { TrialId = $"sub_{number}", TrialEndDate = DateTimeOffset.UtcNow.AddDays(1) };
            try
            {
                await Task.Run(() => desk.RecordAsync(started));
            }
            catch (Npgsql.PostgresException exception) when (exception.SqlState == Npgsql.PostgresErrorCodes.UniqueViolation)
            {
                await desk.RecordAsync(started);
            }
        }
    }

    private static SteppedClock Ahead(DateTimeOffset now)
    {
        var clock = new SteppedClock();
        clock.Step = now - clock.GetUtcNow();
        return clock;
    }
}
