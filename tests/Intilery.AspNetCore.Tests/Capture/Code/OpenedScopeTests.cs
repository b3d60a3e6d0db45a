using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Code;

/// <summary>A scope that the application opens holds what happens in it together, as a request does.</summary>
public sealed class OpenedScopeTests
{
    [Fact]
    public async Task Users_who_are_created_in_it_are_signed_up_in_its_account_and_recorded_at_its_end()
    {
        await using var app = await IdentityApp.StartAsync();
        var lifecycle = app.Services.GetRequiredService<ILifecycleTracker>();

        string peter;
        await using (lifecycle.BeginScope(groupId: "acct_1"))
        {
            await lifecycle.TrackAsync(new AccountAddedUser { Role = "Owner" }, TestContext.Current.CancellationToken);
            peter = await app.CreateUserAsync();
            Assert.Empty(await app.EventsAsync());
        }

        var calls = await app.RecordedAsync();
        Assert.Equal(
            [$"identify {peter} acct_1", $"Signed Up {peter} acct_1", $"Account Added User {peter} acct_1"], calls.Select(call => call.ToString()));
        Payload.Equal(
            $$"""
            {
              "userId": "{{peter}}",
              "type": "track",
              "event": "Signed Up",
              "properties": { "type": "organic", "email": "peter@example.com", "username": "peter@example.com" },
              "context": {
                "groupId": "acct_1",
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
    public async Task Nested_scopes_are_each_their_own_and_the_outer_one_goes_on_afterwards()
    {
        await using var app = await IdentityApp.StartAsync();
        var lifecycle = app.Services.GetRequiredService<ILifecycleTracker>();

        await using (lifecycle.BeginScope("outer"))
        {
            await using (lifecycle.BeginScope("inner"))
            {
                await lifecycle.TrackAsync("In The Inner", cancellationToken: TestContext.Current.CancellationToken);
            }

            Assert.Equal(["In The Inner inner"], (await app.RecordedAsync()).Select(call => call.ToString()));
            await lifecycle.TrackAsync("In The Outer", cancellationToken: TestContext.Current.CancellationToken);
            Assert.Single(await app.EventsAsync());
        }

        Assert.Equal(["In The Inner inner", "In The Outer outer"], (await app.RecordedAsync()).Select(call => call.ToString()));
    }

    [Fact]
    public async Task One_that_is_opened_within_a_request_is_of_the_person_at_it()
    {
        await using var app = await Work.StartAsync(async context =>
        {
            await using (context.RequestServices.GetRequiredService<ILifecycleTracker>().BeginScope(groupId: "acct_1"))
            {
                await context.RequestServices.GetRequiredService<ILifecycleTracker>().TrackAsync("Report Exported");
            }
        });
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);

        await Work.DoAsync(browser);

        var exported = (await app.RecordedAsync())[^1];
        Assert.Equal(($"Report Exported {peter} acct_1", "/work"), (exported.ToString(), (string?)exported.Call["context"]!["page"]!["path"]));
    }

    [Fact]
    public async Task One_that_is_opened_within_a_request_is_not_the_requests()
    {
        IReadOnlyList<string> seen = [];
        IdentityApp? started = null;
        await using var app = started = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Endpoints = app => app.MapPost("/", async (ILifecycleTracker lifecycle) =>
            {
                await using (lifecycle.BeginScope("system"))
                {
                    await lifecycle.TrackAsync("Nightly Run");
                }

                seen = await started!.EventsAsync();
                await lifecycle.TrackAsync(new InviteSent());
            }),
        });
        var peter = await app.CreateUserAsync();
        using var browser = await app.OpenSignedInAsync();

        using var response = await browser.PostAsync("/");

        Assert.Equal(["Nightly Run"], seen);
        var calls = await app.RecordedAsync();
        Assert.Equal(["Nightly Run system", $"Invite Sent {peter}"], calls.Select(call => call.ToString()));
        Assert.Equal([null, "/"], calls.Select(call => (string?)call.Call["context"]!["page"]?["path"]));
    }

    [Fact]
    public async Task Side_by_side_each_flow_has_its_own()
    {
        await using var app = await IdentityApp.StartAsync();
        var lifecycle = app.Services.GetRequiredService<ILifecycleTracker>();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            await using var scope = lifecycle.BeginScope($"user-{i}");
            await Task.Yield();
            await lifecycle.TrackAsync("Report Exported");
        }));

        Assert.Equal(
            Enumerable.Range(0, 20).Select(i => $"user-{i}").Order(StringComparer.Ordinal), (await app.RecordedAsync()).Select(call => call.UserId!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Disposed_without_waiting_it_is_handed_over()
    {
        using var store = new ScriptedStore();
        var release = store.Hang();
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { Services = services => services.AddSingleton<IOutboxStore>(store) });
        var lifecycle = app.Services.GetRequiredService<ILifecycleTracker>();

        using (lifecycle.BeginScope("peter"))
        {
            await lifecycle.TrackAsync("Report Exported", cancellationToken: TestContext.Current.CancellationToken);
        }

        release.SetResult();
        Assert.Equal(["Report Exported"], (await store.RowsAsync(1)).Select(row => row.EventName));
    }

    [Fact]
    public async Task Where_nothing_is_armed_it_does_nothing()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { WriteTheLine = false });

        await using (app.Services.GetRequiredService<ILifecycleTracker>().BeginScope("peter"))
        {
            await app.CreateUserAsync();
            await app.Services.GetRequiredService<ILifecycleTracker>().TrackAsync("Report Exported", cancellationToken: TestContext.Current.CancellationToken);
        }

        Assert.DoesNotContain(app.Log.Ours, line => line.Id >= 100);
    }

    [Fact]
    public async Task An_id_that_cannot_be_one_is_refused()
    {
        await using var app = await IdentityApp.StartAsync();
        var lifecycle = app.Services.GetRequiredService<ILifecycleTracker>();

        Assert.StartsWith("userId must not be empty.", Assert.Throws<ArgumentException>(() => lifecycle.BeginScope(string.Empty)).Message, StringComparison.Ordinal);
        Assert.StartsWith("groupId must not be empty.", Assert.Throws<ArgumentException>(() => lifecycle.BeginScope(groupId: " ")).Message, StringComparison.Ordinal);
    }
}
