using System.Security.Claims;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

/// <summary>What a route handler's event is made of.</summary>
public sealed class MinimalApiValueTests
{
    [Fact]
    public async Task A_result_is_found_through_every_shape_that_carries_it()
    {
        var team = new Team("t1", "Initech");
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            routes.MapPost("/plain", [TrackAccountCreated] (TeamInput input) => team);
            routes.MapPost("/task", [TrackAccountCreated] async (TeamInput input) =>
            {
                await Task.Yield();
                return team;
            });
            routes.MapPost("/results", [TrackAccountCreated] (TeamInput input) => Results.Ok(team));
            routes.MapPost("/created", [TrackAccountCreated] (TeamInput input) => Results.Created("/teams/t1", team));
            routes.MapPost("/typed", [TrackAccountCreated] (TeamInput input) => TypedResults.Created("/teams/t1", team));
            routes.MapPost("/union", [TrackAccountCreated] Results<Ok<Team>, BadRequest<string>> (TeamInput input) => TypedResults.Ok(team));
            routes.MapPost("/json", [TrackAccountCreated] (TeamInput input) => Results.Json(team));
            routes.MapPost("/redirect", [TrackAccountCreated] (TeamInput input) => Results.RedirectToRoute("team", new { id = team.Id }));
            routes.MapGet("/teams/{id}", (string id) => id).WithName("team");
        });

        foreach (var path in new[] { "/plain", "/task", "/results", "/created", "/typed", "/union", "/json", "/redirect" })
        {
            Assert.InRange(await app.PostAsync(path, new TeamInput("Initech")), 200, 399);
        }

        Assert.Equal(Enumerable.Repeat("""Account Created peter@t1 {"account_name":"Initech"}""", 8), await app.RecordedAsync());
    }

    [Fact]
    public async Task Paths_reach_arguments_routes_results_and_the_user()
    {
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            routes.MapPost("/teams/{teamId}/invites", (HttpContext context, Customer customer, ClaimsPrincipal user) => new Team("t9", "Nine"))
                .TrackEvent("Report Exported", report =>
                {
                    report.GroupIdFrom = "route.teamId";
                    report.Properties =
                    [
                        "city=customer.Address.City", "name=customer.name", "team=result.Name", "id=user.id", "email=user.email", "tenant=user.tenant",
                        "plan=user.claim(plan)", "cities=customer.Addresses.City.Length", "source='dashboard'",
                    ];
                });
        });

        await app.PostAsync("/teams/t1/invites", new Customer("Bill", null, [new Address("Main", "Austin"), new Address("Side", "Rome")]));

        Assert.Equal(
            [
                """Report Exported peter@t1 {"name":"Bill","team":"Nine","id":"peter","email":"peter@example.com","tenant":"acme","plan":"Gold","cities":6,"source":"dashboard"}""",
                """Report Exported peter@t1 {"name":"Bill","team":"Nine","id":"peter","email":"peter@example.com","tenant":"acme","plan":"Gold","cities":4,"source":"dashboard"}""",
            ],
            await app.RecordedAsync());
    }

    [Fact]
    public async Task A_path_through_a_collection_makes_one_event_of_each_element()
    {
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            routes.MapPost("/members", [TrackInviteSent(InviteeEmailFrom = "input.Invites.Email", InviteeRoleFrom = "input.Invites.Role")] (InviteList input) => "ok");
            routes.MapPost("/array", [TrackInviteSent] (InviteInput[] invites) => "ok");
            routes.MapPost("/emails", [TrackInviteSent(InviteeRole = "Guest")] (string[] emails) => "ok");
        });

        await app.PostAsync("/members", new InviteList([new("a@example.com", Role: "Owner"), null, new(null), new("b@example.com")]));
        await app.PostAsync("/array", new[] { new InviteInput("c@example.com", "C"), new InviteInput("d@example.com", "D") });
        await app.PostAsync("/emails", new[] { "e@example.com", "f@example.com" });
        await app.PostAsync("/members", new InviteList(null));

        Assert.Equal(
            [
                """Invite Sent peter@acme {"invitee_email":"a@example.com","invitee_role":"Owner"}""",
                """Invite Sent peter@acme {"invitee_email":"b@example.com"}""",
                """Invite Sent peter@acme {"invitee_email":"c@example.com","invitee_first_name":"C"}""",
                """Invite Sent peter@acme {"invitee_email":"d@example.com","invitee_first_name":"D"}""",
                """Invite Sent peter@acme {"invitee_email":"e@example.com","invitee_role":"Guest"}""",
                """Invite Sent peter@acme {"invitee_email":"f@example.com","invitee_role":"Guest"}""",
            ],
            await app.RecordedAsync());
    }

    [Fact]
    public async Task A_function_makes_the_event_of_arguments_and_results_of_its_types()
    {
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            routes.MapPost("/a", (InviteInput input) => "ok").Track((InviteInput input) => new InviteSent { InviteeEmail = input.Email });
            routes.MapPost("/b", (TeamInput input) => Results.Ok(new Team("t1", input.Name)))
                .Track((TeamInput input, Team team) => new AccountCreated { GroupId = team.Id, AccountName = input.Name });
            routes.MapPost("/c", (Order order) => "ok").TrackEach((Order order) => order.Invites.Select(invite => new InviteSent { InviteeEmail = invite.Email }));
            routes.MapPost("/d", (InviteInput input) => "ok").Track((InviteInput input) => input.Role is null ? null : new InviteSent { InviteeEmail = input.Email });
            routes.MapPost("/e", (InviteInput input) => "ok").Track((InviteInput input, ClaimsPrincipal user) => new CustomEvent("Greeted")
            {
                Properties = new Dictionary<string, object?> { ["by"] = user.FindFirstValue(ClaimTypes.Email) },
            });
        });

        await app.PostAsync("/a", new InviteInput("a@example.com"));
        await app.PostAsync("/b", new TeamInput("Initech"));
        await app.PostAsync("/c", new Order([], [new("c@example.com"), new("d@example.com")]));
        await app.PostAsync("/d", new InviteInput("d@example.com"));
        await app.PostAsync("/e", new InviteInput("e@example.com"));

        Assert.Equal(
            [
                """Invite Sent peter@acme {"invitee_email":"a@example.com"}""",
                """Account Created peter@t1 {"account_name":"Initech"}""",
                """Invite Sent peter@acme {"invitee_email":"c@example.com"}""",
                """Invite Sent peter@acme {"invitee_email":"d@example.com"}""",
                """Greeted peter@acme {"by":"peter@example.com"}""",
            ],
            await app.RecordedAsync());
    }

    [Fact]
    public async Task A_getter_that_throws_costs_the_event_that_property_and_the_request_nothing()
    {
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            routes.MapPost("/a", [TrackInviteSent(InviteeEmailFrom = "result.Email")] () => Results.Ok(new Team("t", "n"))).WithName("a");
            routes.MapPost("/b", [TrackInviteSent(InviteeEmailFrom = "touchy.Email", InviteeRoleFrom = "touchy.Role")] ([FromQuery] int n, [FromServices] Touchy touchy) => "ok");
            routes.MapPost("/c", (InviteInput input) => "ok").Track<RouteHandlerBuilder, InviteInput>(input => throw new InvalidOperationException("the application's"));
        }, services: services => services.AddSingleton<Touchy>());

        Assert.Equal(200, await app.PostAsync("/a"));
        Assert.Equal(200, await app.PostAsync("/b?n=1"));
        Assert.Equal(200, await app.PostAsync("/c", new InviteInput("bob@example.com")));

        Assert.Equal(["""Invite Sent peter@acme {"invitee_email":"bob@example.com"}"""], await app.RecordedAsync());
        Assert.Contains(app.Log.Ours, line => line.Id == 120 && line.Message.StartsWith("HTTP: POST /a [TrackInviteSent] tracked no event: it found no usable value for InviteeEmail.", StringComparison.Ordinal));
        Assert.Equal(2, app.Log.Ours.Count(line => line.Id == 101));
    }

    [Fact]
    public async Task A_value_that_only_the_result_could_have_is_missed_with_the_names_that_were_looked_for()
    {
        await using var app = await EndpointApp.StartAsync(routes => routes.MapPost("/a", [TrackAccountAddedUser] () => Results.Ok(new Team("t", "n"))));

        Assert.Equal(200, await app.PostAsync("/a"));

        Assert.StartsWith(
            "HTTP: POST /a [TrackAccountAddedUser] tracked no event: it found no usable value for UserId, which was looked for as MemberId, MemberUserId, UserId.",
            Assert.Single(app.Log.Ours, line => line.Id == 120).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_sent_is_no_event_and_no_failure_of_the_request()
    {
        await using var app = await EndpointApp.StartAsync(routes => routes.MapPost("/", [TrackInviteSent] (InviteInput input) => "ok"));

        Assert.Equal(200, await app.PostAsync("/", new InviteInput("no address")));
        Assert.Equal(200, await app.PostAsync("/", new InviteInput(null)));

        Assert.Empty(await app.RecordedAsync());
        Assert.Equal(
            ["InviteSent.InviteeEmail", "InviteeEmail"],
            app.Log.Ours.Where(line => line.Id == 120).Select(line => line.Message.TrimEnd('.').Split(' ').Last()));
        Assert.DoesNotContain(app.Log.Ours, line => line.Message.Contains("no address", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_a_type_fits_several_arguments_the_names_of_the_function_s_parameters_tell()
    {
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            routes.MapPost("/two", (string email, string role) => "ok")
                .Track((string role, string email) => new InviteSent { InviteeEmail = email, InviteeRole = role });
            routes.MapPost("/one", (string email, string ROLE) => TypedResults.NoContent()).Track((string role) => new CustomEvent(role));
            routes.MapPost("/result", (string email) => "Owner")
                .Track((string result, string email) => new InviteSent { InviteeEmail = email, InviteeRole = result });
            routes.MapPost("/order", (string email) => "Guest").Track((string x, string y) => new InviteSent { InviteeEmail = x, InviteeRole = y });
            routes.MapPost("/method", (string email, string role) => "ok").Track<RouteHandlerBuilder, string, string>(Invite);
        });

        await app.PostAsync("/two?email=a@example.com&role=Admin");
        await app.PostAsync("/one?email=b@example.com&ROLE=Member");
        await app.PostAsync("/result?email=c@example.com");
        await app.PostAsync("/order?email=d@example.com");
        await app.PostAsync("/method?email=e@example.com&role=Owner");

        Assert.Equal(
            [
                """Invite Sent peter@acme {"invitee_email":"a@example.com","invitee_role":"Admin"}""",
                "Member peter@acme {}",
                """Invite Sent peter@acme {"invitee_email":"c@example.com","invitee_role":"Owner"}""",
                """Invite Sent peter@acme {"invitee_email":"d@example.com","invitee_role":"Guest"}""",
                """Invite Sent peter@acme {"invitee_email":"e@example.com","invitee_role":"Owner"}""",
            ],
            await app.RecordedAsync());

        static InviteSent Invite(string role, string email) => new() { InviteeEmail = email, InviteeRole = role };
    }
}
