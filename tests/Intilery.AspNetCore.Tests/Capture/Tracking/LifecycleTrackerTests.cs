using System.Net;
using System.Security.Claims;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Tracking;

public sealed class LifecycleTrackerTests
{
    [Fact]
    public async Task Within_a_request_an_event_has_its_person_tenant_and_browser()
    {
        await using var app = await StartAsync(app => app.MapPost("/teams/{id}/invites", async (ILifecycleTracker lifecycle) =>
        {
            await lifecycle.TrackAsync(new InviteSent { InviteeEmail = "mary@example.com", InviteeRole = "Owner" });
            await lifecycle.TrackAsync("Report Exported", new Dictionary<string, object?> { ["format"] = "pdf", ["pages"] = 3, ["note"] = null });
        }));
        var peter = await CreateMemberAsync(app, "acct_123");
        using var browser = app.OpenBrowser(out var jar);
        jar.Cookies.Add(new Cookie("ajs_anonymous_id", "browser-1", "/", "localhost"));
        await IdentityApp.SignInAsync(browser);
        await app.ForgetAsync();

        using var response = await browser.PostAsync("/teams/7/invites");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var calls = await app.RecordedAsync();
        Assert.Equal(2, calls.Count);
        Payload.Equal(
            $$"""
            {
              "userId": "{{peter}}",
              "anonymousId": "browser-1",
              "type": "track",
              "event": "Invite Sent",
              "properties": { "invitee_email": "mary@example.com", "invitee_role": "Owner" },
              "context": {
                "groupId": "acct_123",
                "page": { "path": "/teams/{id}/invites" },
                "library": { "name": "Intilery.AspNetCore", "version": "*" },
                "app": { "name": "Intilery.AspNetCore.Tests", "version": "*" }
              },
              "messageId": "*",
              "timestamp": "*"
            }
            """,
            calls[0]);
        Payload.Equal(
            $$"""
            {
              "userId": "{{peter}}",
              "anonymousId": "browser-1",
              "type": "track",
              "event": "Report Exported",
              "properties": { "format": "pdf", "pages": 3, "note": null },
              "context": {
                "groupId": "acct_123",
                "page": { "path": "/teams/{id}/invites" },
                "library": { "name": "Intilery.AspNetCore", "version": "*" },
                "app": { "name": "Intilery.AspNetCore.Tests", "version": "*" }
              },
              "messageId": "*",
              "timestamp": "*"
            }
            """,
            calls[1]);
    }

    [Fact]
    public async Task A_registration_that_creates_an_account_arrives_in_the_order_of_a_history()
    {
        await using var app = await StartAsync(app => app.MapPost("/register", async (
            ILifecycleTracker lifecycle, UserManager<IdentityUser> users, SignInManager<IdentityUser> signIns) =>
        {
            await lifecycle.TrackAsync(new TrialStarted { TrialPlanName = "Business" });
            await lifecycle.TrackAsync(new AccountAddedUser { Role = "Owner" });
            await lifecycle.TrackAsync(new AccountCreated { GroupId = "acct_9", AccountName = "Initech" });
            var user = new IdentityUser("peter@example.com");
            await users.CreateAsync(user);
            await signIns.SignInAsync(user, isPersistent: false);
        }));
        using var browser = app.OpenBrowser();

        using var response = await browser.PostAsync("/register");

        Assert.Equal(
            ["identify acct_9", "Signed Up acct_9", "Account Created acct_9", "Account Added User acct_9", "Trial Started acct_9", "Signed In"],
            (await app.RecordedAsync()).Select(call => $"{call.Event} {call.GroupId}".TrimEnd()));
    }

    [Fact]
    public async Task Told_traits_are_an_identify_call_of_the_person()
    {
        await using var app = await StartAsync(app => app.MapPost("/profile", (ILifecycleTracker lifecycle) => lifecycle.IdentifyAsync(
            new Dictionary<string, object?> { ["phone"] = "410-555-9412", ["company"] = new { id = "acct_1", plan = "pro" }, ["birthday"] = null })));
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        await app.ForgetAsync();

        using var response = await browser.PostAsync("/profile");

        Payload.Equal(
            $$"""
            {
              "userId": "{{peter}}",
              "type": "identify",
              "event": "identify",
              "traits": { "phone": "410-555-9412", "birthday": null, "company": { "id": "acct_1", "plan": "pro" } },
              "context": {
                "page": { "path": "/profile" },
                "library": { "name": "Intilery.AspNetCore", "version": "*" },
                "app": { "name": "Intilery.AspNetCore.Tests", "version": "*" }
              },
              "messageId": "*",
              "timestamp": "*"
            }
            """,
            Assert.Single(await app.RecordedAsync()));
    }

    [Fact]
    public async Task In_a_request_of_nobody_an_event_about_nobody_is_none()
    {
        await using var app = await StartAsync(app => app.MapPost("/", (ILifecycleTracker lifecycle) => lifecycle.TrackAsync("Plan Compared")));
        using var browser = app.OpenBrowser();

        using var response = await browser.PostAsync("/");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await app.EventsAsync());
        Assert.Contains(app.Log.Ours, line => line.Message == "Plan Compared is no event: no-user.");
    }

    [Fact]
    public async Task Once_the_response_has_left_an_event_is_recorded_when_its_task_completes()
    {
        await using var app = await StartAsync(app => app.MapPost("/stream", async (HttpContext context, ILifecycleTracker lifecycle) =>
        {
            await lifecycle.TrackAsync(new InviteSent());
            await context.Response.WriteAsync("started");
            await context.Response.Body.FlushAsync();
            await lifecycle.TrackAsync("Report Streamed");
            await context.Response.WriteAsync(string.Join(',', await app.Services.GetRequiredService<Func<Task<IReadOnlyList<string>>>>()()));
        }));
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        await app.ForgetAsync();

        using var response = await browser.PostAsync("/stream");

        Assert.Equal("startedInvite Sent,Report Streamed", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Outside_of_any_request_it_is_recorded_when_its_task_completes()
    {
        await using var app = await StartAsync();
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
        await using var app = await StartAsync();
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
        await using var app = await StartAsync(captureOnly: true);

        await app.Services.GetRequiredService<ILifecycleTracker>().TrackAsync(
            new CustomEvent("Report Exported") { UserId = "peter", Properties = new Dictionary<string, object?> { ["format"] = "pdf" } },
            TestContext.Current.CancellationToken);

        Assert.Contains(app.Log.Ours, line => line.Message == """Captured Report Exported of user peter, account none: {"format":"pdf"}""");
    }

    private static Task<IdentityApp> StartAsync(Action<WebApplication>? endpoints = null, bool captureOnly = false)
    {
        IdentityApp? started = null;
        return StartAsync();

        async Task<IdentityApp> StartAsync() => started = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Settings = { ["Intilery:CaptureOnly"] = captureOnly ? "true" : "false" },
            Services = services => services.AddSingleton<Func<Task<IReadOnlyList<string>>>>(() => started!.EventsAsync()),
            Endpoints = endpoints,
        });
    }

    private static async Task<string> CreateMemberAsync(IdentityApp app, string tenant)
    {
        var id = await app.CreateUserAsync();
        await app.WithScopeAsync(async services =>
        {
            var users = services.GetRequiredService<UserManager<IdentityUser>>();
            return await users.AddClaimAsync((await users.FindByIdAsync(id))!, new Claim("tenant_id", tenant));
        });
        return id;
    }
}
