using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Code;

/// <summary>What the application tells by a call outside of any request, and where nothing is sent.</summary>
public sealed class LifecycleTrackerAloneTests
{
    [Fact]
    public async Task Outside_of_any_request_it_is_recorded_when_its_task_completes()
    {
        await using var app = await IdentityApp.StartAsync();
        var lifecycle = app.Services.GetRequiredService<ILifecycleTracker>();

        await lifecycle.TrackAsync(
            new TrialEnded { UserId = "peter", GroupId = "acct_1", TrialPlanName = "Business", Timestamp = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) },
            TestContext.Current.CancellationToken);

        var call = Assert.Single(await app.RecordedAsync());
        Assert.Equal(("Trial Ended peter acct_1", "2026-01-02T03:04:05.000Z"), (call.ToString(), (string?)call.Call["timestamp"]));
        Payload.Equal(
            """
            {
              "userId": "peter",
              "type": "track",
              "event": "Trial Ended",
              "properties": { "trial_plan_name": "Business" },
              "context": {
                "groupId": "acct_1",
                "library": { "name": "Intilery.AspNetCore", "version": "*" },
                "app": { "name": "Intilery.AspNetCore.Tests", "version": "*" }
              },
              "messageId": "*",
              "timestamp": "*"
            }
            """,
            call);
    }

    [Fact]
    public async Task Outside_of_any_request_the_user_must_be_given()
    {
        await using var app = await IdentityApp.StartAsync();
        var lifecycle = app.Services.GetRequiredService<ILifecycleTracker>();

        var exception = await Assert.ThrowsAsync<ArgumentException>(() => lifecycle.TrackAsync(new InviteSent(), TestContext.Current.CancellationToken));
        Assert.StartsWith("InviteSent.UserId must be given, or AnonymousId:", exception.Message, StringComparison.Ordinal);
        exception = await Assert.ThrowsAsync<ArgumentException>(() => lifecycle.TrackAsync("Report Exported", cancellationToken: TestContext.Current.CancellationToken));
        Assert.StartsWith("CustomEvent.UserId must be given", exception.Message, StringComparison.Ordinal);
        exception = await Assert.ThrowsAsync<ArgumentException>(
            () => lifecycle.IdentifyAsync(new Dictionary<string, object?>(), cancellationToken: TestContext.Current.CancellationToken));
        Assert.StartsWith("userId must be given", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "true")]
    [InlineData(true, "false")]
    public async Task Where_nothing_is_armed_nothing_happens(bool writeTheLine, string enabled)
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            WriteTheLine = writeTheLine,
            Settings = { ["Intilery:Enabled"] = enabled },
        });
        var lifecycle = app.Services.GetRequiredService<ILifecycleTracker>();

        await lifecycle.TrackAsync(new InviteSent(), TestContext.Current.CancellationToken);
        await lifecycle.TrackAsync("Report Exported", cancellationToken: TestContext.Current.CancellationToken);
        await lifecycle.IdentifyAsync(new Dictionary<string, object?>(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.DoesNotContain(app.Log.Ours, line => line.Id >= 100);
    }

    [Fact]
    public async Task Captured_only_it_is_shown_as_the_others_are()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { Environment = "Development", Settings = { ["Intilery:CaptureOnly"] = "true" } });

        await app.Services.GetRequiredService<ILifecycleTracker>().TrackAsync(
            new CustomEvent("Report Exported") { UserId = "peter", Properties = new Dictionary<string, object?> { ["format"] = "pdf" } },
            TestContext.Current.CancellationToken);

        Assert.Contains(app.Log.Ours, line => line.Message == """Captured Report Exported of user peter, account none: {"format":"pdf"}""");
    }
}
