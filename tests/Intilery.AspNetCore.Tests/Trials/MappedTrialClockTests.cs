using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Intilery.AspNetCore.Trials;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Trials;

/// <summary>The clock asks the application's own rows: at its start which trials run, and at each end whether it still is one.</summary>
public sealed class MappedTrialClockTests : IDisposable
{
    private static readonly DateTimeOffset _noon = OutboxSample.Noon;

    private readonly ObservedClock _time = new();
    private readonly SqliteConnection _keepAlive = new($"Data Source=mapped-clock-{Guid.NewGuid():N};Mode=Memory;Cache=Shared");
    private readonly TrialDesk _desk;
    private bool _isAway;

    public MappedTrialClockTests()
    {
        _keepAlive.Open();
        _desk = Desk();
        using var db = Db();
        db.Database.EnsureCreated();
    }

    [Fact]
    public async Task Trials_that_run_when_it_starts_end_at_their_date_and_nothing_is_sent_of_it_before()
    {
        await AddAsync(Trial(1, 10), Trial(2, 20) with { Status = SubscriptionStatus.Active }, Trial(3, -1), Trial(4, 14) with { TrialEndsAt = null });
        _desk.Run();
        await _time.WaitedForAsync(TrialClock.LongestSleep);

        Assert.Empty(await _desk.RecordedAsync(new IntileryOptions().Destination));
        Assert.Equal([("trial:1", "1001", _noon.AddDays(10), "Business")], (await _desk.Store.NextAsync()).Select(trial => (trial.Key, trial.GroupId, trial.EndDate, trial.PlanName)));

        _time.Advance(TimeSpan.FromDays(10));
        await _time.WaitedForAsync(TrialClock.LongestSleep);

        var call = Assert.Single(await _desk.EndedAsync(new IntileryOptions().Destination));
        Assert.Equal("Trial Ended owner 1001", call.ToString());
        Assert.Equal(
            """{"trial_start_date":"2026-03-01T12:00:00Z","trial_end_date":"2026-03-11T12:00:00Z","trial_plan_name":"Business"}""",
            call.Call["properties"]!.ToJsonString());
        await _desk.StopAsync();
    }

    [Fact]
    public async Task From_time_to_time_it_looks_for_trials_that_began_behind_EF_Core_s_back()
    {
        _desk.Run();
        await _time.WaitedForAsync(TrialClock.LongestSleep);
        await AddAsync(Trial(1, 10));

        _time.Advance(TrialClock.UpkeepInterval);
        await _time.WaitedForAsync(TrialClock.LongestSleep);

        Assert.Equal("trial:1", Assert.Single(await _desk.Store.NextAsync()).Key);
        await _desk.StopAsync();
    }

    [Fact]
    public async Task A_trial_that_was_converted_or_deleted_behind_EF_Core_s_back_does_not_end()
    {
        await AddAsync(Trial(1, 10), Trial(2, 10), Trial(3, 10));
        await StartedAsync(1, 2, 3);
        await using (var db = Db())
        {
            await db.Subscriptions.Where(row => row.Id == 1).ExecuteUpdateAsync(set => set.SetProperty(row => row.Status, SubscriptionStatus.Active), TestContext.Current.CancellationToken);
            await db.Subscriptions.Where(row => row.Id == 2).ExecuteDeleteAsync(TestContext.Current.CancellationToken);
        }

        _time.Advance(TimeSpan.FromDays(10));
        await _desk.LookAsync();

        Assert.Equal("Trial Ended u1 1003", Assert.Single(await _desk.EndedAsync()).ToString());
        Assert.Equal(
            [$"Trial Ended was not tracked: {Reasons.NoTrial}.", $"Trial Ended was not tracked: {Reasons.NoTrial}."],
            _desk.Log.Ours.Where(line => line.Id == 100).Select(line => line.Message));
        Assert.Empty(await _desk.Store.NextAsync());
    }

    [Fact]
    public async Task A_trial_that_was_extended_or_shortened_behind_EF_Core_s_back_ends_at_its_own_date()
    {
        await AddAsync(Trial(1, 10), Trial(2, 10), Trial(3, 10));
        await StartedAsync(1, 2, 3);
        await using (var db = Db())
        {
            await db.Subscriptions.Where(row => row.Id == 1).ExecuteUpdateAsync(
                set => set.SetProperty(row => row.TrialEndsAt, _noon.AddDays(12)).SetProperty(row => row.Plan, "Enterprise"), TestContext.Current.CancellationToken);
            await db.Subscriptions.Where(row => row.Id == 2).ExecuteUpdateAsync(set => set.SetProperty(row => row.TrialEndsAt, _noon.AddDays(9)), TestContext.Current.CancellationToken);
            await db.Subscriptions.Where(row => row.Id == 3).ExecuteUpdateAsync(set => set.SetProperty(row => row.TrialEndsAt, (DateTimeOffset?)null), TestContext.Current.CancellationToken);
        }

        _time.Advance(TimeSpan.FromDays(10));
        await _desk.LookAsync();

        Assert.Equal(["2026-03-10T12:00:00Z"], (await _desk.EndedAsync()).Select(call => (string?)call.Call["properties"]!["trial_end_date"]));
        Assert.Equal([("trial:1", _noon.AddDays(12), "Enterprise")], (await _desk.Store.NextAsync()).Select(trial => (trial.Key, trial.EndDate, trial.PlanName)));

        _time.Advance(TimeSpan.FromDays(2));
        await _desk.LookAsync();
        Assert.Equal(["1002", "1001"], (await _desk.EndedAsync()).Select(call => call.GroupId));
    }

    [Fact]
    public async Task Rows_that_cannot_be_read_postpone_the_end_and_hold_up_no_other()
    {
        await AddAsync(Trial(1, 10));
        await StartedAsync(1);
        await _desk.RecordAsync(new TrialStarted { TrialEndDate = _noon.AddDays(10) }, groupId: "acct_2");
        _time.Advance(TimeSpan.FromDays(10));
        _isAway = true;

        Assert.Equal(TrialClock.LongestSleep, await _desk.LookAsync());
        Assert.Equal(["acct_2"], (await _desk.EndedAsync()).Select(call => call.GroupId));
        Assert.Contains(_desk.Log.Ours, line => line is { Id: 101 } && line.Message.Contains("reading the rows of trials", StringComparison.Ordinal));

        _isAway = false;
        await _desk.LookAsync();
        Assert.Equal(["acct_2", "1001"], (await _desk.EndedAsync()).Select(call => call.GroupId));
    }

    [Fact]
    public async Task A_condition_that_no_database_understands_is_asked_of_each_row()
    {
        using var desk = Desk(builder => builder.MapTrials<Subscription>(
            row => row.Id, row => row.TeamId, row => row.TrialEndsAt, isTrial: row => IsTrying(row)));
        await AddAsync(Trial(1, 10), Trial(2, 10) with { Status = SubscriptionStatus.Active });

        desk.Run();
        await _time.WaitedForAsync(TrialClock.LongestSleep);

        Assert.Equal(["trial:1"], (await desk.Store.NextAsync()).Select(trial => trial.Key));
        await desk.StopAsync();
    }

    public void Dispose()
    {
        _desk.Dispose();
        _keepAlive.Dispose();
    }

    private static bool IsTrying(Subscription row) => row.Status == SubscriptionStatus.Trialing;

    private static Subscription Trial(int id, double endsInDays) => new() { Id = id, TeamId = 1000 + id, StartedAt = _noon, TrialEndsAt = _noon.AddDays(endsInDays) };

    private TrialDesk Desk(Action<IntileryBuilder>? map = null) => new(
        new MemoryOutboxStore(10_000),
        _time,
        services: services =>
        {
            services.AddDbContext<TrialsDb>(options => options.UseSqlite(_isAway ? throw new InvalidOperationException("No tenant.") : _keepAlive.ConnectionString));
            var builder = new IntileryBuilder(services).UseTrialOwnerResolver<Owner>();
            (map ?? (mapped => mapped.MapTrials<Subscription>(
                row => row.Id, row => row.TeamId, row => row.TrialEndsAt, row => row.StartedAt, row => row.Plan, row => row.Status == SubscriptionStatus.Trialing)))(builder);
        },
        contexts: [typeof(TrialsDb)]);

    private TrialsDb Db() => new(new DbContextOptionsBuilder<TrialsDb>().UseSqlite(_keepAlive.ConnectionString).Options);

    private async Task AddAsync(params Subscription[] rows)
    {
        await using var db = Db();
        db.AddRange(rows);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    private async Task StartedAsync(params int[] ids)
    {
        foreach (var id in ids)
        {
            await _desk.RecordAsync(
                new TrialStarted { TrialId = $"{id}", TrialStartDate = _noon, TrialEndDate = _noon.AddDays(10), TrialPlanName = "Business" }, groupId: $"{1000 + id}");
        }
    }

    // Of trials that nobody is known to have started.
    private sealed class Owner : ITrialOwnerResolver
    {
        public ValueTask<string?> ResolveOwnerAsync(EndedTrial trial, CancellationToken cancellationToken) => new(trial.StarterId is null ? "owner" : null);
    }
}
