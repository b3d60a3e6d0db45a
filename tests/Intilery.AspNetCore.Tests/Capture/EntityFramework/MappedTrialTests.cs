using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Intilery.AspNetCore.Trials;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>The application's own table says which trials there are, and feeds the clock.</summary>
public sealed class MappedTrialTests
{
    private static readonly DateTimeOffset _start = new(DateTime.UtcNow.Date.AddDays(-3), TimeSpan.Zero);
    private static readonly DateTimeOffset _end = _start.AddDays(14);

    private static readonly Action<IntileryBuilder> _trials = builder => builder.MapTrials<Subscription>(
        subscription => subscription.Id,
        subscription => subscription.TeamId,
        subscription => subscription.TrialEndsAt,
        start: subscription => subscription.StartedAt,
        plan: subscription => subscription.Plan,
        isTrial: subscription => subscription.Status == SubscriptionStatus.Trialing);

    [Fact]
    public async Task A_trial_that_appears_has_started_and_is_on_the_clock()
    {
        await using var app = await TeamsApp.StartAsync(_trials);
        await app.InRequestOfAsync("peter", AddTrialAsync);

        var call = Assert.Single(await app.App.RecordedAsync());
        Assert.Equal("Trial Started peter 7", call.ToString());
        AssertProperties(call, _end);
        var scheduled = Assert.Single(await NextAsync(app));
        Assert.Equal(("trial:1", "peter", "7", _end), (scheduled.Key, scheduled.UserId, scheduled.GroupId, scheduled.EndDate));
    }

    [Theory]
    [InlineData(SubscriptionStatus.Active, 14)]
    [InlineData(SubscriptionStatus.Trialing, -1)]
    public async Task A_row_that_is_no_trial_or_is_over_has_not_started(SubscriptionStatus status, int endsInDays)
    {
        await using var app = await TeamsApp.StartAsync(_trials);

        Assert.Empty(await app.InRequestOfAsync("peter", db => SaveAsync(db, Trial(status, endsInDays))));
        Assert.Empty(await NextAsync(app));
    }

    [Fact]
    public async Task Without_a_condition_every_row_with_an_end_is_a_trial()
    {
        await using var app = await TeamsApp.StartAsync(builder => builder.MapTrials<Subscription>(
            subscription => subscription.Id, subscription => subscription.TeamId, subscription => subscription.TrialEndsAt));
        await app.InRequestOfAsync("peter", async db =>
        {
            await SaveAsync(db, Trial(SubscriptionStatus.Active));
            var paid = Trial(SubscriptionStatus.Active);
            (paid.Id, paid.TrialEndsAt) = (2, null);
            await SaveAsync(db, paid);
        });
        Assert.Equal("trial:1", Assert.Single(await NextAsync(app)).Key);

        Assert.Equal(["Trial Ended peter 7"], await ChangeAsync(app, trial => trial.TrialEndsAt = null));
    }

    [Fact]
    public async Task A_trial_whose_end_is_put_off_is_moved_and_that_is_no_event()
    {
        await using var app = await StartAsync();

        Assert.Empty(await ChangeAsync(app, trial => (trial.TrialEndsAt, trial.Plan) = (_end.AddDays(7), "Enterprise")));

        var moved = Assert.Single(await NextAsync(app));
        Assert.Equal((_end.AddDays(7), "Enterprise", "peter"), (moved.EndDate, moved.PlanName, moved.UserId));
    }

    [Fact]
    public async Task What_else_changes_of_a_trial_is_nothing()
    {
        await using var app = await StartAsync();

        Assert.Empty(await ChangeAsync(app, trial => trial.Note = "called"));
        Assert.Equal(1, Assert.Single(await NextAsync(app)).Version);
    }

    [Fact]
    public async Task A_trial_that_is_converted_ends_at_once_with_its_own_dates_and_never_again()
    {
        await using var app = await StartAsync();
        await ChangeAsync(app, trial => (trial.Status, trial.TrialEndsAt, trial.Plan) = (SubscriptionStatus.Active, null, "Enterprise"));

        var call = Assert.Single(await app.App.RecordedAsync());
        Assert.Equal("Trial Ended peter 7", call.ToString());
        AssertProperties(call, _end);
        Assert.Empty(await NextAsync(app));

        Assert.Empty(await ChangeAsync(app, trial => trial.Status = SubscriptionStatus.Cancelled));
    }

    [Fact]
    public async Task A_trial_whose_end_is_brought_forward_to_now_ends_then()
    {
        await using var app = await StartAsync();
        var now = DateTimeOffset.UtcNow.AddSeconds(-1);
        now = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        await ChangeAsync(app, trial => trial.TrialEndsAt = now);

        AssertProperties(Assert.Single(await app.App.RecordedAsync()), now);
        Assert.Empty(await NextAsync(app));
    }

    [Fact]
    public async Task A_trial_whose_row_is_deleted_ends()
    {
        await using var app = await StartAsync();

        Assert.Equal(["Trial Ended peter 7"], await app.InRequestOfAsync("samir", async db =>
        {
            db.Subscriptions.Remove(await db.Subscriptions.SingleAsync());
            await db.SaveChangesAsync();
        }));
        AssertProperties(Assert.Single(await app.App.RecordedAsync()), _end);
    }

    [Fact]
    public async Task A_trial_that_runs_again_is_another_one()
    {
        await using var app = await StartAsync();
        await ChangeAsync(app, trial => trial.Status = SubscriptionStatus.Cancelled);

        Assert.Equal(["Trial Started samir 7"], await ChangeAsync(app, trial => trial.Status = SubscriptionStatus.Trialing));
        Assert.Equal("samir", Assert.Single(await NextAsync(app)).UserId);
    }

    [Fact]
    public async Task A_job_ends_and_moves_trials_and_their_ends_are_of_who_started_them()
    {
        await using var app = await StartAsync();

        Assert.Empty(await app.OutsideAsync(db => ChangeAsync(db, trial => trial.TrialEndsAt = _end.AddDays(7))));
        Assert.Equal(_end.AddDays(7), Assert.Single(await NextAsync(app)).EndDate);
        Assert.Equal(["Trial Ended peter 7"], await app.OutsideAsync(db => ChangeAsync(db, trial => trial.Status = SubscriptionStatus.Active)));
        AssertProperties(Assert.Single(await app.App.RecordedAsync()), _end.AddDays(7));
    }

    [Fact]
    public async Task What_a_job_starts_is_no_event_and_its_end_neither()
    {
        await using var app = await TeamsApp.StartAsync(_trials);

        Assert.Empty(await app.OutsideAsync(AddTrialAsync));
        Assert.Empty(await NextAsync(app));
        Assert.Empty(await app.OutsideAsync(db => ChangeAsync(db, trial => trial.Status = SubscriptionStatus.Active)));
        Assert.Equal(["Trial Started outside-scope", "Trial Ended no-user"], app.App.Reasons());
    }

    [Fact]
    public async Task What_is_rolled_back_starts_moves_and_ends_nothing()
    {
        await using var app = await StartAsync();

        Assert.Empty(await app.InRequestOfAsync("peter", async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await transaction.CreateSavepointAsync("before");
            await ChangeAsync(db, trial => trial.TrialEndsAt = _end.AddDays(7));
            await ChangeAsync(db, trial => trial.Status = SubscriptionStatus.Active);
            await SaveAsync(db, new Subscription { Id = 2, TeamId = 8, TrialEndsAt = _end });
            await transaction.RollbackToSavepointAsync("before");
            await transaction.CommitAsync();
        }));
        Assert.Equal(1, Assert.Single(await NextAsync(app)).Version);
    }

    [Fact]
    public async Task What_the_application_tells_of_the_same_trial_in_the_same_request_is_one_event()
    {
        await using var app = await TeamsApp.StartAsync(_trials);
        await app.InRequestOfAsync("peter", async db =>
        {
            await app.App.Services.GetRequiredService<ILifecycleTracker>().TrackAsync(new TrialStarted { GroupId = "7", TrialPlanName = "Business" });
            await AddTrialAsync(db);
        });

        AssertProperties(Assert.Single(await app.App.RecordedAsync()), _end);
        Assert.Equal("trial:1", Assert.Single(await NextAsync(app)).Key);
    }

    private static Subscription Trial(SubscriptionStatus status = SubscriptionStatus.Trialing, int endsInDays = 14) => new()
    {
        Id = 1,
        TeamId = 7,
        Status = status,
        StartedAt = _start,
        TrialEndsAt = _start.AddDays(endsInDays),
    };

    private static Task<int> AddTrialAsync(TeamsDb db) => SaveAsync(db, Trial());

    private static Task<int> SaveAsync(TeamsDb db, Subscription subscription)
    {
        db.Add(subscription);
        return db.SaveChangesAsync();
    }

    private static async Task<TeamsApp> StartAsync()
    {
        var app = await TeamsApp.StartAsync(_trials);
        await app.InRequestOfAsync("peter", AddTrialAsync);
        return app;
    }

    private static Task<IReadOnlyList<string>> ChangeAsync(TeamsApp app, Action<Subscription> change) =>
        app.InRequestOfAsync("samir", db => ChangeAsync(db, change));

    private static async Task ChangeAsync(TeamsDb db, Action<Subscription> change)
    {
        change(await db.Subscriptions.SingleAsync(subscription => subscription.Id == 1));
        await db.SaveChangesAsync();
    }

    private static ValueTask<IReadOnlyList<Trial>> NextAsync(TeamsApp app) => app.App.Services.GetRequiredService<IOutboxStore>().NextAsync();

    private static void AssertProperties(ReceivedCall call, DateTimeOffset end) => Assert.Equal(
        $$"""{"trial_start_date":"{{_start:yyyy-MM-dd'T'HH:mm:ss}}Z","trial_end_date":"{{end:yyyy-MM-dd'T'HH:mm:ss}}Z","trial_plan_name":"Business"}""",
        call.Call["properties"]!.ToJsonString());
}
