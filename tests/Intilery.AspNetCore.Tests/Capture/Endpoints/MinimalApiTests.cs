using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

/// <summary>How a route handler is marked, and whose event it is.</summary>
public sealed class MinimalApiTests
{
    [Fact]
    public async Task A_bare_attribute_on_the_handler_is_enough()
    {
        await using var app = await EndpointApp.StartAsync(routes =>
            routes.MapPost("/invites", [TrackInviteSent] (InviteInput input) => Results.Accepted()));

        Assert.Equal(202, await app.PostAsync("/invites", new InviteInput("bob@example.com", "Bob", "Porter", "Owner")));

        Assert.Equal(
            ["""Invite Sent peter@acme {"invitee_email":"bob@example.com","invitee_first_name":"Bob","invitee_last_name":"Porter","invitee_role":"Owner"}"""],
            await app.RecordedAsync());
    }

    [Fact]
    public async Task So_is_the_extension_and_the_metadata_and_a_group_of_either()
    {
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            routes.MapPost("/a", (InviteInput input) => "ok").TrackInviteSent();
            routes.MapPost("/b", (InviteInput input) => "ok").WithMetadata(new TrackInviteSentAttribute());
            routes.MapGroup("/c").TrackInviteSent().MapGroup("/d").MapPost("/e", (InviteInput input) => "ok");
            routes.MapGroup("/f").MapPost("/g", [TrackInviteSent] (InviteInput input) => "ok");
        });

        foreach (var path in new[] { "/a", "/b", "/c/d/e", "/f/g" })
        {
            Assert.Equal(200, await app.PostAsync(path, new InviteInput($"{path[1]}@example.com")));
        }

        Assert.Equal(
            [.. "abcf".Select(name => $$"""Invite Sent peter@acme {"invitee_email":"{{name}}@example.com"}""")],
            await app.RecordedAsync());
    }

    [Fact]
    public async Task The_nearer_one_of_two_counts()
    {
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            var group = routes.MapGroup("/x").TrackInviteSent(invite => invite.InviteeRole = "Group").TrackEvent("Called").TrackEvent("Used");
            group.MapPost("/a", [TrackInviteSent(InviteeRole = "Handler")] (InviteInput input) => "ok");
            group.MapPost("/b", [TrackInviteSent(InviteeRole = "Handler")] (InviteInput input) => "ok").TrackInviteSent(invite => invite.InviteeRole = "Call");
            group.MapPost("/c", (InviteInput input) => "ok").TrackEvent("Used", used => used.Properties = ["by='c'"]);
        });

        await app.PostAsync("/x/a", new InviteInput("a@example.com"));
        await app.PostAsync("/x/b", new InviteInput("b@example.com"));
        await app.PostAsync("/x/c", new InviteInput("c@example.com"));

        Assert.Equal(
            [
                """Invite Sent peter@acme {"invitee_email":"a@example.com","invitee_role":"Handler"}""",
                "Called peter@acme {}",
                "Used peter@acme {}",
                """Invite Sent peter@acme {"invitee_email":"b@example.com","invitee_role":"Call"}""",
                "Called peter@acme {}",
                "Used peter@acme {}",
                """Invite Sent peter@acme {"invitee_email":"c@example.com","invitee_role":"Group"}""",
                "Called peter@acme {}",
                """Used peter@acme {"by":"c"}""",
            ],
            await app.RecordedAsync());
    }

    [Fact]
    public async Task An_attribute_and_a_call_of_one_event_say_what_either_says()
    {
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            routes.MapPost("/a", [TrackInviteSent(InviteeRole = "Handler", GroupId = "g1")] (InviteInput input) => Results.Accepted())
                .TrackInviteSent(invite => (invite.InviteeRoleFrom, invite.InviteeLastName) = ("input.Role", "Porter"));
            routes.MapPost("/b", [TrackEvent("Used", Properties = ["by='handler'", "where='b'"])] () => "ok").TrackEvent("Used", used => used.Properties = ["by='call'"]);
        });

        await app.PostAsync("/a", new InviteInput("a@example.com", "Bob", null, "Owner"));
        await app.PostAsync("/b");

        Assert.Equal(
            [
                """Invite Sent peter@g1 {"invitee_email":"a@example.com","invitee_first_name":"Bob","invitee_last_name":"Porter","invitee_role":"Owner"}""",
                """Used peter@acme {"where":"b","by":"call"}""",
            ],
            await app.RecordedAsync());
    }

    [Fact]
    public async Task Roles_of_one_person_are_found_in_a_list()
    {
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            routes.MapPost("/a", [TrackInviteSent] (RolesInput input) => "ok");
            routes.MapPost("/b", [TrackAccountAddedUser(UserIdFrom = "input.Email")] (RolesInput input) => "ok");
            routes.MapPost("/c", [TrackInviteSent] (RolesInput[] inputs) => "ok");
        });
        var owner = new RolesInput("a@example.com", ["Owner", "Billing"]);

        await app.PostAsync("/a", owner);
        await app.PostAsync("/b", owner);
        await app.PostAsync("/c", new[] { owner, new RolesInput("b@example.com", []) });

        Assert.Equal(
            [
                """Invite Sent peter@acme {"invitee_email":"a@example.com","invitee_role":"Owner, Billing"}""",
                """Account Added User a@example.com@acme {"role":"Owner, Billing"}""",
                """Invite Sent peter@acme {"invitee_email":"a@example.com","invitee_role":"Owner, Billing"}""",
                """Invite Sent peter@acme {"invitee_email":"b@example.com"}""",
            ],
            await app.RecordedAsync());
    }

    [Fact]
    public async Task Nobody_signed_in_is_nobody_s_event()
    {
        await using var app = await EndpointApp.StartAsync(routes => routes.MapPost("/", [TrackInviteSent] (InviteInput input) => "ok"));
        app.Client.DefaultRequestHeaders.Remove("X-User");

        Assert.Equal(200, await app.PostAsync("/", new InviteInput("bob@example.com")));

        Assert.Empty(await app.RecordedAsync());
        Assert.Equal(["no-user"], app.Reasons());
    }

    [Fact]
    public async Task The_attribute_and_a_call_of_the_same_thing_are_one_event_with_what_either_knows()
    {
        await using var app = await EndpointApp.StartAsync(routes =>
            routes.MapPost("/", [TrackInviteSent] async (InviteInput input, ILifecycleTracker tracker) =>
            {
                await tracker.TrackAsync(new InviteSent { InviteeEmail = input.Email!.ToUpperInvariant(), InviteeLastName = "Porter" });
                await tracker.TrackAsync(new InviteSent { InviteeEmail = "other@example.com" });
                return "ok";
            }));

        await app.PostAsync("/", new InviteInput("bob@example.com", "Bob"));

        Assert.Equal(
            [
                """Invite Sent peter@acme {"invitee_email":"BOB@EXAMPLE.COM","invitee_first_name":"Bob","invitee_last_name":"Porter"}""",
                """Invite Sent peter@acme {"invitee_email":"other@example.com"}""",
            ],
            await app.RecordedAsync());
        Assert.Equal(["duplicate"], app.Reasons());
    }

    [Fact]
    public async Task A_skipped_endpoint_has_no_events_at_all()
    {
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            routes.MapPost("/a", [SkipLifecycleTracking] async (ILifecycleTracker tracker) =>
            {
                await tracker.TrackAsync("Report Exported");
                return "ok";
            });
            routes.MapGroup("/g").SkipLifecycleTracking().MapPost("/b", [TrackInviteSent] (InviteInput input) => "ok");
        });

        await app.PostAsync("/a");
        await app.PostAsync("/g/b", new InviteInput("bob@example.com"));

        Assert.Empty(await app.RecordedAsync());
        Assert.Equal(["skipped", "skipped"], app.Reasons());
    }

    private sealed record RolesInput(string Email, List<string> RoleNames);
}
