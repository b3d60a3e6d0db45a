using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Intilery.AspNetCore.Trials;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Hosting;

/// <summary>Where the trial clock runs, and where it refuses to.</summary>
public sealed class TrialPlacementTests : IDisposable
{
    private const int NotScheduled = 250;
    private const int InMemory = 251;

    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task Mapped_trials_stop_the_start_where_each_process_would_have_a_schedule_of_its_own()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(map: true));

        Assert.Equal(
            "MapTrials<Subscription> feeds the trial clock, which cannot run on an outbox that belongs to one process: of several, one would end trials that "
            + "another has extended. Let events wait in the application's database (AddIntilery().UseEntityFrameworkOutbox<...>()), or set "
            + "Intilery:Outbox:SingleInstance to true if the application never runs in more than one process.",
            exception.Message);
    }

    [Theory]
    [InlineData("Production", true)]
    [InlineData("Development", false)]
    public async Task They_do_not_where_there_is_only_one_process_or_a_developer(string environment, bool isSingleInstance)
    {
        await using var app = await StartAsync(map: true, environment, isSingleInstance);
        await TrackAsync(app, "acct_1");

        Assert.Single(await NextAsync(app));
        Assert.DoesNotContain(app.Log.Ours, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Tracked_trials_are_sent_and_not_scheduled_there_and_that_is_said_once()
    {
        await using var app = await StartAsync(map: false);
        await TrackAsync(app, "acct_1");
        await TrackAsync(app, "acct_1");
        await TellAsync(app, new TrialEnded { UserId = "u1", GroupId = "acct_1" });

        Assert.Equal(["Trial Started", "Trial Started", "Trial Ended"], await app.EventsAsync());
        Assert.Empty(await NextAsync(app));
        Assert.StartsWith("Trial Started is sent, but Trial Ended is not sent", Assert.Single(app.Log.Ours, line => line.Id == NotScheduled).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trial_s_end_whose_user_nobody_knows_is_no_event_there()
    {
        await using var app = await StartAsync(map: false);
        await TellAsync(app, new TrialEnded { TrialId = "sub_1" });

        Assert.Empty(await app.EventsAsync());
        Assert.Equal(["Trial Ended no-user"], app.Reasons());
    }

    [Fact]
    public async Task In_memory_it_is_said_once_what_is_forgotten()
    {
        await using var app = await IdentityApp.StartAsync();
        await TrackAsync(app, "acct_1");
        await TrackAsync(app, "acct_2");

        Assert.Equal(2, (await NextAsync(app)).Count);
        Assert.Single(app.Log.Ours, line => line.Id == InMemory);
    }

    [Fact]
    public async Task An_end_that_a_job_tells_is_of_who_started_the_trial()
    {
        await using var app = await IdentityApp.StartAsync();
        await TrackAsync(app, "acct_1", "sub_1");
        await TellAsync(app, new TrialEnded { TrialId = "sub_1" });

        Assert.Equal(["Trial Started u1 acct_1", "Trial Ended u1 acct_1"], (await app.RecordedAsync()).Select(call => call.ToString()));
    }

    public void Dispose() => _folder.Dispose();

    private static Task TellAsync(IdentityApp app, LifecycleEvent told) =>
        app.Services.GetRequiredService<ILifecycleTracker>().TrackAsync(told, TestContext.Current.CancellationToken);

    private static Task TrackAsync(IdentityApp app, string account, string? trial = null) => TellAsync(
        app, new TrialStarted { TrialId = trial, UserId = "u1", GroupId = account, TrialEndDate = DateTimeOffset.UtcNow.AddDays(14) });

    private static ValueTask<IReadOnlyList<Trial>> NextAsync(IdentityApp app) => app.Services.GetRequiredService<IOutboxStore>().NextAsync();

    // On Kestrel: under TestServer there is only one process.
    private Task<IdentityApp> StartAsync(bool map, string environment = "Production", bool isSingleInstance = false) => IdentityApp.StartAsync(new IdentityAppSetup
    {
        Environment = environment,
        OnKestrel = true,
        Settings = new Dictionary<string, string?>
        {
            ["Intilery:Outbox:Path"] = _folder.Combine("outbox"),
            ["Intilery:Outbox:SingleInstance"] = isSingleInstance.ToString(),
        },
        Services = services =>
        {
            services.AddDbContext<TeamsDb>(options => options.UseSqlite("Data Source=:memory:"));
            if (map)
            {
                services.AddIntilery().MapTrials<Subscription>(trial => trial.Id, trial => trial.TeamId, trial => trial.TrialEndsAt);
            }
        },
    });
}
