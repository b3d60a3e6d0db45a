using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Testing;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Trials;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Testing;

/// <summary>What a team's tests see of trials through the recorder, whose clock is their own.</summary>
public sealed class RecordedTrialTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2000)] // Where a fake clock starts by itself: before anything that ids count from.
    [InlineData(2026)]
    public async Task A_trial_ends_when_the_test_s_clock_is_past_its_end(int year)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(year, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using var app = await StartAsync(time);
        var recorder = app.Services.GetIntileryRecorder();
        await TrackAsync(app, Started(time.GetUtcNow().AddDays(14)));

        time.Advance(TimeSpan.FromDays(14));
        var ended = await recorder.WaitForAsync("Trial Ended", cancellationToken: Cancelled);

        Assert.Equal(("u1", "acct_1", new DateTimeOffset(year, 3, 15, 12, 0, 0, TimeSpan.Zero)), (ended.UserId, ended.GroupId, ended.Timestamp));
        Assert.Equal(
            $$"""{"trial_start_date":"{{year}}-03-01T12:00:00Z","trial_end_date":"{{year}}-03-15T12:00:00Z","trial_plan_name":"Business"}""",
            ended.Properties!.Value.GetRawText());
        recorder.AssertSequence("u1", "Trial Started", "Trial Ended");
        recorder.AssertConformsToSpecification();
    }

    [Fact]
    public async Task A_trial_that_is_extended_starts_once_and_ends_at_its_new_end()
    {
        var time = new ObservedClock();
        await using var app = await StartAsync(time);
        var recorder = app.Services.GetIntileryRecorder();
        var end = time.GetUtcNow().AddDays(14);
        await TrackAsync(app, Started(end));
        await TrackAsync(app, Started(end.AddDays(7)));
        Assert.Equal("duplicate", (await recorder.WaitForSuppressedAsync("duplicate", cancellationToken: Cancelled)).Reason);

        await time.WaitedForAsync(TrialClock.LongestSleep);
        time.Advance(TimeSpan.FromDays(14));
        await time.WaitedForAsync(TrialClock.LongestSleep);
        recorder.AssertNone("Trial Ended");

        time.Advance(TimeSpan.FromDays(7));
        Assert.Equal(end.AddDays(7), (await recorder.WaitForAsync("Trial Ended", cancellationToken: Cancelled)).Timestamp);
        recorder.AssertSequence("u1", "Trial Started", "Trial Ended");
    }

    [Fact]
    public async Task A_trial_that_is_converted_ends_with_its_own_dates_of_who_started_it_and_not_again()
    {
        var time = new FakeTimeProvider(OutboxSample.Noon);
        await using var app = await StartAsync(time);
        var recorder = app.Services.GetIntileryRecorder();
        await TrackAsync(app, Started(OutboxSample.Noon.AddDays(14)));
        await TrackAsync(app, Started(OutboxSample.Noon.AddDays(15)) with { GroupId = "acct_2" });

        await TrackAsync(app, new TrialEnded { GroupId = "acct_1" });
        Assert.Equal(
            """{"trial_start_date":"2026-03-01T12:00:00Z","trial_end_date":"2026-03-15T12:00:00Z","trial_plan_name":"Business"}""",
            recorder.AssertSingle("Trial Ended", "u1").Properties!.Value.GetRawText());

        time.Advance(TimeSpan.FromDays(15));
        await recorder.WaitForAsync(recorded => recorded is { Name: "Trial Ended", GroupId: "acct_2" }, cancellationToken: Cancelled);
        recorder.AssertSequence("u1", "Trial Started", "Trial Started", "Trial Ended", "Trial Ended");
    }

    [Fact]
    public async Task The_trial_of_an_erased_person_ends_without_a_word()
    {
        var time = new FakeTimeProvider(OutboxSample.Noon);
        await using var app = await StartAsync(time);
        var recorder = app.Services.GetIntileryRecorder();
        await TrackAsync(app, Started(OutboxSample.Noon.AddDays(14)));

        Assert.Equal(1, await app.Services.GetRequiredService<IIntileryOutbox>().PurgeUserAsync("u1", Cancelled));
        time.Advance(TimeSpan.FromDays(14));

        await recorder.WaitForSuppressedAsync("no-user", cancellationToken: Cancelled);
        recorder.AssertNone("Trial Ended");
    }

    [Fact]
    public async Task Before_the_first_trial_no_clock_runs()
    {
        var time = new ObservedClock();
        await using var app = await StartAsync(time);
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        Assert.False(time.IsWaitedFor(TrialClock.LongestSleep));

        await TrackAsync(app, Started(time.GetUtcNow().AddDays(14)));
        await time.WaitedForAsync(TrialClock.LongestSleep);
        await app.StopAsync();
    }

    private static Task<IdentityApp> StartAsync(TimeProvider time) => IdentityApp.StartAsync(new()
    {
        Services = services => services.AddIntileryRecorder().AddSingleton(time),
    });

    private static Task TrackAsync(IdentityApp app, LifecycleEvent told) => app.Services.GetRequiredService<ILifecycleTracker>().TrackAsync(told, Cancelled);

    private static TrialStarted Started(DateTimeOffset end) => new()
    {
        UserId = "u1", GroupId = "acct_1", TrialStartDate = end.AddDays(-14), TrialEndDate = end, TrialPlanName = "Business",
    };
}
