using System.Net;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Code;

/// <summary>What the application tells by a call within a request.</summary>
public sealed class LifecycleTrackerTests
{
    [Fact]
    public async Task Within_a_request_an_event_has_its_person_tenant_and_browser()
    {
        await using var app = await StartAsync(routes => routes.MapPost("/teams/{id}/invites", async (ILifecycleTracker lifecycle) =>
        {
            await lifecycle.TrackAsync(new InviteSent { InviteeEmail = "mary@example.com", InviteeRole = "Owner" });
            await lifecycle.TrackAsync("Report Exported", new Dictionary<string, object?> { ["format"] = "pdf", ["pages"] = 3, ["note"] = null });
        }));
        var peter = await app.CreateMemberAsync("acct_123");
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
        await using var app = await StartAsync(routes => routes.MapPost("/register", async (
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
        await using var app = await StartAsync(routes => routes.MapPost("/profile", (ILifecycleTracker lifecycle) => lifecycle.IdentifyAsync(
            new Dictionary<string, object?> { ["phone"] = "410-555-9412", ["company"] = new { id = "acct_1", plan = "pro" }, ["birthday"] = null })));
        var peter = await app.CreateUserAsync();
        using var browser = await app.OpenSignedInAsync();

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
        await using var app = await StartAsync(routes => routes.MapPost("/", (ILifecycleTracker lifecycle) => lifecycle.TrackAsync("Plan Compared")));
        using var browser = app.OpenBrowser();

        using var response = await browser.PostAsync("/");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await app.EventsAsync());
        Assert.Contains(app.Log.Ours, line => line.Message == "Plan Compared was not tracked: no-user.");
    }

    [Fact]
    public async Task Once_the_response_has_left_an_event_is_recorded_when_its_task_completes()
    {
        IdentityApp running = null!;
        await using var app = running = await StartAsync(routes => routes.MapPost("/stream", async (HttpContext context, ILifecycleTracker lifecycle) =>
        {
            await lifecycle.TrackAsync(new InviteSent());
            await context.Response.WriteAsync("started");
            await context.Response.Body.FlushAsync();
            await lifecycle.TrackAsync("Report Streamed");
            await context.Response.WriteAsync(string.Join(',', await running.EventsAsync()));
        }));
        await app.CreateUserAsync();
        using var browser = await app.OpenSignedInAsync();

        using var response = await browser.PostAsync("/stream");

        Assert.Equal("startedInvite Sent,Report Streamed", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static Task<IdentityApp> StartAsync(Action<WebApplication> endpoints) => IdentityApp.StartAsync(new IdentityAppSetup { Endpoints = endpoints });
}
