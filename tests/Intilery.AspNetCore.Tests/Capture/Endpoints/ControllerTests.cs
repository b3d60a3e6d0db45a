using System.Net;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

public sealed class ControllerTests
{
    [Fact]
    public async Task An_action_that_redirects_has_sent_the_invite()
    {
        await using var app = await StartAsync();

        Assert.Equal(302, await app.PostFormAsync("/invites/send", ("Email", "bob@example.com"), ("Role", "Owner")));

        Assert.Equal(["""Invite Sent peter@acme {"invitee_email":"bob@example.com","invitee_role":"Owner"}"""], await app.RecordedAsync());
    }

    [Theory]
    [InlineData("async")]
    [InlineData("void")]
    public async Task An_action_that_returns_nothing_has_sent_the_invite(string action)
    {
        await using var app = await StartAsync();

        Assert.Equal(200, await app.PostAsync($"/invites/{action}", new InviteInput("bob@example.com")));

        Assert.Equal(["""Invite Sent peter@acme {"invitee_email":"bob@example.com"}"""], await app.RecordedAsync());
    }

    [Theory]
    [InlineData("swallowed", 200)]
    [InlineData("circuited", 200)]
    [InlineData("replaced", 409)]
    [InlineData("invalid", 200)]
    [InlineData("skipped", 200)]
    public async Task An_action_that_did_not_do_it_has_no_event(string action, int status)
    {
        await using var app = await StartAsync();

        Assert.Equal(status, await app.PostFormAsync($"/invites/{action}", ("Email", "bob@example.com")));

        Assert.Empty(await app.RecordedAsync());
    }

    [Theory]
    [InlineData("throw", false)]
    [InlineData("throw", true)]
    [InlineData("broken-view", false)]
    [InlineData("broken-view", true)]
    public async Task An_exception_is_no_success_whatever_answers_it(string action, bool isHandled)
    {
        await using var app = await EndpointApp.StartAsync(_ => { }, [typeof(InvitesController)], onKestrel: true, first: app =>
        {
            if (isHandled)
            {
                app.UseExceptionHandler(handler => handler.Run(context =>
                {
                    context.Response.StatusCode = StatusCodes.Status302Found;
                    context.Response.Headers.Location = "/sorry";
                    return Task.CompletedTask;
                }));
            }
        });

        Assert.Equal(isHandled ? 302 : 500, await app.PostFormAsync($"/invites/{action}", ("Email", "bob@example.com")));

        await app.StopAsync();
        Assert.Empty(await app.RecordedAsync());
        Assert.Equal(["unsuccessful"], app.Reasons());
    }

    [Fact]
    public async Task An_invalid_model_may_be_good_enough()
    {
        await using var app = await StartAsync();

        Assert.Equal(200, await app.PostFormAsync("/invites/lenient", ("Email", "bob@example.com")));

        Assert.Single(await app.RecordedAsync());
    }

    [Fact]
    public async Task Files_and_streams_are_successes()
    {
        await using var app = await StartAsync();

        Assert.Equal(200, await app.PostFormAsync("/invites/file?format=csv"));
        Assert.Equal(200, await app.PostFormAsync("/invites/stream"));

        Assert.Equal(["""Report Exported peter@acme {"format":"csv"}""", "Report Streamed peter@acme {}"], await app.RecordedAsync());
    }

    [Fact]
    public async Task Several_attributes_are_several_events()
    {
        await using var app = await StartAsync();

        Assert.Equal(200, await app.PostFormAsync("/invites/several/t7", ("Email", "bob@example.com")));

        Assert.Equal(
            [
                "Invite Form Used peter@acme {}",
                """Invite Sent peter@t7 {"invitee_email":"bob@example.com"}""",
                """Team Grown peter@acme {"team":"t7"}""",
            ],
            (await app.RecordedAsync()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Attributes_of_a_base_controller_are_inherited_and_may_be_overridden()
    {
        await using var app = await EndpointApp.StartAsync(_ => { }, [typeof(AccountsController)]);

        Assert.Equal(201, await app.PostAsync("/billing/accounts", new TeamInput("Initech")));
        Assert.Equal(204, await app.SendAsync(HttpMethod.Delete, "/billing/accounts/t1"));
        Assert.Equal(400, await app.PostAsync("/billing/accounts", new { Nothing = true }));

        Assert.Equal(
            [
                """Account Created peter@t1 {"account_name":"Initech"}""",
                """Accounts Used peter@t1 {"by":"derived"}""",
                """Accounts Used peter@acme {"by":"derived"}""",
                """Account Deleted peter@t1 {"account_name":"Derived"}""",
            ],
            await app.RecordedAsync());
    }

    [Fact]
    public async Task Memberships_are_the_member_s_and_trials_have_their_dates()
    {
        await using var app = await EndpointApp.StartAsync(_ => { }, [typeof(AccountsController)]);

        Assert.Equal(200, await app.PostAsync("/billing/accounts/t1/members", new MemberInput("milton", "Stapler")));
        Assert.Equal(204, await app.SendAsync(HttpMethod.Delete, "/billing/accounts/t1/members/0b0b0b0b-0000-0000-0000-000000000000"));
        Assert.Equal(200, await app.PostAsync("/billing/accounts/t1/trial", new TrialInput("Business")));
        Assert.Equal(204, await app.SendAsync(HttpMethod.Delete, "/billing/accounts/t1/trial?endsOn=2026-01-20"));

        Assert.Equal(
            [
                """Account Added User milton@t1 {"role":"Stapler"}""",
                "Account Removed User 0b0b0b0b-0000-0000-0000-000000000000@t1 {}",
                """Trial Started peter@t1 {"trial_start_date":"2026-01-01T00:00:00Z","trial_end_date":"2026-01-15T10:00:00Z","trial_plan_name":"Business"}""",
                """Trial Ended peter@t1 {"trial_start_date":"2026-01-01T00:00:00Z","trial_end_date":"2026-01-20T00:00:00Z","trial_plan_name":"Business"}""",
            ],
            (await app.RecordedAsync()).Where(line => !line.StartsWith("Accounts Used", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Actions_without_attributes_have_no_filter_of_ours()
    {
        await using var app = await StartAsync();
        using var response = await app.Client.GetAsync("/invites/sent", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await app.RecordedAsync());
    }

    private static Task<EndpointApp> StartAsync() => EndpointApp.StartAsync(_ => { }, [typeof(InvitesController)]);
}
