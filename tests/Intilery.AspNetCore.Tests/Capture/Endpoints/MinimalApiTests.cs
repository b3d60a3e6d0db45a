using System.Security.Claims;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

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
    public async Task The_status_decides_and_may_be_chosen()
    {
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            routes.MapPost("/status/{code}", [TrackInviteSent] (int code, InviteInput input) => Results.StatusCode(code));
            routes.MapPost("/only", [TrackInviteSent(OnStatus = [409])] (InviteInput input) => Results.Conflict());
            routes.MapPost("/not", [TrackInviteSent(OnStatus = [201])] (InviteInput input) => Results.Ok());
            routes.MapPost("/late", [TrackInviteSent] (InviteInput input, HttpResponse response) => { response.StatusCode = 422; });
        });

        foreach (var code in new[] { 200, 204, 302, 400, 404, 500 })
        {
            Assert.Equal(code, await app.PostAsync($"/status/{code}", new InviteInput($"{code}@example.com")));
        }

        Assert.Equal(409, await app.PostAsync("/only", new InviteInput("only@example.com")));
        Assert.Equal(200, await app.PostAsync("/not", new InviteInput("not@example.com")));
        Assert.Equal(422, await app.PostAsync("/late", new InviteInput("late@example.com")));

        Assert.Equal(
            [.. new[] { "200", "204", "302", "only" }.Select(name => $$"""Invite Sent peter@acme {"invitee_email":"{{name}}@example.com"}""")],
            await app.RecordedAsync());
        Assert.Equal(Enumerable.Repeat("unsuccessful", 5), app.Reasons());
    }

    [Fact]
    public async Task A_challenge_is_a_redirect_and_no_success()
    {
        await using var app = await EndpointApp.StartAsync(
            routes => routes.MapPost("/", [TrackEvent("Report Exported")] () => TypedResults.Challenge()),
            services: services => services.AddAuthentication().AddCookie());

        Assert.Equal(302, await app.PostFormAsync("/"));

        Assert.Empty(await app.RecordedAsync());
        Assert.Equal(["unsuccessful"], app.Reasons());
    }

    [Fact]
    public async Task A_filter_that_refuses_keeps_the_event_from_being_made()
    {
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            routes.MapPost("/a", [TrackInviteSent] (InviteInput input) => "ok").AddEndpointFilter((context, next) => ValueTask.FromResult<object?>(Results.BadRequest()));
            routes.MapPost("/b", (InviteInput input) => "ok").AddEndpointFilter((context, next) => ValueTask.FromResult<object?>(Results.Ok())).TrackInviteSent();
        });

        Assert.Equal(400, await app.PostAsync("/a", new InviteInput("bob@example.com")));
        Assert.Equal(200, await app.PostAsync("/b", new InviteInput("bob@example.com")));

        Assert.Empty(await app.RecordedAsync());
    }

    [Fact]
    public async Task A_handler_that_throws_is_no_success_and_its_event_is_counted()
    {
        await using var app = await EndpointApp.StartAsync(
            routes => routes.MapPost("/a", [TrackInviteSent] (InviteInput input) => Throws()), onKestrel: true);

        Assert.Equal(500, await app.PostAsync("/a", new InviteInput("bob@example.com")));

        Assert.Empty(await app.RecordedAsync());
        Assert.Equal(["unsuccessful"], app.Reasons());

        static string Throws() => throw new InvalidOperationException("the application's");
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
        Assert.Contains(app.Log.Ours, line => line.Id == 120 && line.Message.StartsWith("HTTP: POST /a [TrackInviteSent] made no event: there was no usable value for InviteeEmail.", StringComparison.Ordinal));
        Assert.Equal(2, app.Log.Ours.Count(line => line.Id == 101));
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
    public async Task Nobody_signed_in_is_nobody_s_event()
    {
        await using var app = await EndpointApp.StartAsync(routes => routes.MapPost("/", [TrackInviteSent] (InviteInput input) => "ok"));
        app.Client.DefaultRequestHeaders.Remove("X-User");

        Assert.Equal(200, await app.PostAsync("/", new InviteInput("bob@example.com")));

        Assert.Empty(await app.RecordedAsync());
        Assert.Equal(["no-user"], app.Reasons());
    }

    [Fact]
    public async Task A_stream_says_success_when_it_starts_and_is_not_read_by_us()
    {
        var produced = 0;
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            routes.MapPost("/stream", [TrackEvent("Report Exported")] () => Stream());
            routes.MapPost("/file", [TrackEvent("File Exported")] () => Results.Bytes("a,b"u8.ToArray(), "text/csv", "report.csv"));
            routes.MapPost("/self", [TrackEvent("Page Written")] async (HttpResponse response) =>
            {
                await response.WriteAsync("already started");
            });
        });

        Assert.Equal(200, await app.PostAsync("/stream"));
        Assert.Equal(200, await app.PostAsync("/file"));
        Assert.Equal(200, await app.PostAsync("/self"));

        Assert.Equal(["Report Exported peter@acme {}", "File Exported peter@acme {}", "Page Written peter@acme {}"], await app.RecordedAsync());
        Assert.Equal(3, produced);

        async IAsyncEnumerable<int> Stream()
        {
            for (var i = 0; i < 3; i++)
            {
                await Task.Yield();
                produced++;
                yield return i;
            }
        }
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
}
