using System.Security.Claims;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

/// <summary>What cannot work stops the start, all of it at once, in words.</summary>
public sealed class RefusalTests
{
    private const string Start = "Intilery lifecycle tracking cannot make the events that endpoints ask for:\n* ";

    private const string User = "user.id|name|email|tenant|claim(type)";

    public static TheoryData<Delegate, Action<RouteHandlerBuilder>, string> Wrong => new()
    {
        {
            (InviteInput input) => "ok", route => route.TrackInviteSent(it => it.InviteeEmailFrom = "input.Mail"),
            "[TrackInviteSent] InviteeEmailFrom = \"input.Mail\" cannot work: 'input' (InviteInput) has no public member 'Mail'. It has: Email, FirstName, LastName, Role."
        },
        {
            (InviteInput input) => "ok", route => route.TrackInviteSent(it => it.InviteeRoleFrom = "inptu.Role"),
            $"[TrackInviteSent] InviteeRoleFrom = \"inptu.Role\" cannot work: there is no 'inptu'. Available: input, route.x, result, {User}."
        },
        {
            (Order input) => "ok", route => route.TrackInviteSent(it => it.InviteeEmailFrom = "input.Customers.Addresses.City"),
            "[TrackInviteSent] InviteeEmailFrom = \"input.Customers.Addresses.City\" cannot work: it goes through a collection inside a collection, 'input.Customers.Addresses'."
        },
        {
            (Order input) => "ok",
            route => route.TrackInviteSent(it =>
            {
                it.InviteeEmailFrom = "input.Invites.Email";
                it.InviteeFirstNameFrom = "input.Customers.Name";
            }),
            "[TrackInviteSent] uses several collections, input.Invites and input.Customers. One event is made of each element of one collection only."
        },
        {
            (Customer input) => "ok", route => route.TrackAccountDeleted(it => it.GroupIdFrom = "input.Address"),
            "[TrackAccountDeleted] GroupIdFrom = \"input.Address\" cannot work: 'input.Address' is of the type Address, which cannot be written as text. It has: Street, City."
        },
        {
            (InviteInput input) => "ok",
            route => route.TrackInviteSent(it =>
            {
                it.InviteeRole = "Owner";
                it.InviteeRoleFrom = "input.Role";
            }),
            "[TrackInviteSent] sets both InviteeRole and InviteeRoleFrom. Set one of them."
        },
        {
            (InviteInput result) => "ok", route => route.TrackInviteSent(),
            "[TrackInviteSent] cannot be used with an argument named 'result': in paths, 'result' means something else. Rename the argument."
        },
        {
            (InviteInput user) => "ok", route => route.TrackInviteSent(),
            "[TrackInviteSent] cannot be used with an argument named 'user': in paths, 'user' means something else. Rename the argument."
        },
        {
            ([AsParameters] InviteInput input, string email) => "ok", route => route.TrackInviteSent(),
            "[TrackInviteSent] finds InviteeEmail in several places: input.Email, email. Set InviteeEmailFrom to one of them."
        },
        {
            (TeamInput input) => "ok", route => route.TrackInviteSent(),
            $"[TrackInviteSent] finds no single value for InviteeEmail; it looked for InviteeEmail, InvitedEmail, InviteEmail, RecipientEmail, Email, EmailAddress. Set InviteeEmailFrom or InviteeEmail. Available: input, route.x, result, {User}."
        },
        {
            (TeamInput input) => TypedResults.NoContent(), route => route.TrackAccountAddedUser(),
            $"[TrackAccountAddedUser] finds no single value for UserId; it looked for MemberId, MemberUserId, UserId. Set UserIdFrom. Available: input, route.x, {User}."
        },
        {
            (TeamInput input) => TypedResults.NoContent(), route => route.TrackAccountCreated(it => it.GroupIdFrom = "result.Id"),
            $"[TrackAccountCreated] GroupIdFrom = \"result.Id\" cannot work: the endpoint has no result. Available: input, route.x, {User}."
        },
        {
            (TeamInput input) => new Team("1", "2"), route => route.TrackAccountCreated(it => it.GroupIdFrom = "result.Key"),
            "[TrackAccountCreated] GroupIdFrom = \"result.Key\" cannot work: 'result' (Team) has no public member 'Key'. It has: Id, Name."
        },
        {
            (InviteInput input) => "ok", route => route.TrackInviteSent(it => it.GroupIdFrom = "route.teamId"),
            "[TrackInviteSent] GroupIdFrom = \"route.teamId\" cannot work: the route has the parameters x."
        },
        {
            (InviteInput input) => "ok", route => route.TrackInviteSent(it => it.GroupIdFrom = "user.team"),
            "[TrackInviteSent] GroupIdFrom = \"user.team\" cannot work: 'user' has: id, name, email, tenant, claim(type)."
        },
        {
            (InviteInput input) => "ok", route => route.TrackInviteSent(it => it.GroupIdFrom = "user.claim()"),
            "[TrackInviteSent] GroupIdFrom = \"user.claim()\" cannot work: it names no claim type."
        },
        {
            (InviteInput input) => "ok", route => route.TrackInviteSent(it => it.InviteeEmailFrom = " "),
            "[TrackInviteSent] InviteeEmailFrom = \" \" cannot work: it is empty."
        },
        {
            (InviteInput input) => "ok", route => route.TrackInviteSent(it => it.InviteeEmailFrom = "input..Email"),
            "[TrackInviteSent] InviteeEmailFrom = \"input..Email\" cannot work: it has an empty part."
        },
        {
            (int days) => "ok", route => route.TrackTrialStarted(it => it.TrialEndDateFrom = "days"),
            "[TrackTrialStarted] TrialEndDateFrom = \"days\" cannot work: 'days' is of the type int, which is not a date. It has: nothing."
        },
        {
            (int days) => "ok", route => route.TrackTrialEnded(it => it.TrialEndDate = "tomorrow"),
            "[TrackTrialEnded] TrialEndDate = \"tomorrow\" is not a date. Write it as 2026-01-31 or 2026-01-31T09:00:00Z."
        },
        {
            (InviteInput input) => "ok", route => route.TrackEvent("Used", it => it.Properties = ["input.Role"]),
            "[TrackEvent(\"Used\")] has the property 'input.Role', which is neither name=path nor name='literal'."
        },
        {
            (InviteInput input) => "ok", route => route.TrackEvent("Used", it => it.Properties = ["a=input.Role", "a='x'"]),
            "[TrackEvent(\"Used\")] has the property 'a' twice."
        },
        {
            (InviteInput input) => "ok", route => route.TrackEvent("Used", it => it.Properties = ["a=input.Nothing"]),
            "[TrackEvent(\"Used\")] Properties: a = \"input.Nothing\" cannot work: 'input' (InviteInput) has no public member 'Nothing'. It has: Email, FirstName, LastName, Role."
        },
        {
            (InviteInput input) => "ok", route => route.TrackEvent("Signed Up"),
            "[TrackEvent(\"Signed Up\")] cannot have that name: 'Signed Up' is an event of the specification: track a SignedUp instead."
        },
        {
            (InviteInput input) => "ok", route => route.Track((Team team) => new AccountCreated { GroupId = team.Id }),
            ".Track((Team team) => ...) finds no argument and no result of the type Team for 'team'. The endpoint has: input (InviteInput), result (string)."
        },
        {
            (TeamInput one, [AsParameters] TeamInput two) => "ok", route => route.Track((TeamInput input) => new AccountCreated { GroupId = input.Name }),
            ".Track((TeamInput input) => ...) finds several arguments of the type TeamInput, and none of them is named 'input': one, two. Give the parameter the name of the one that it is."
        },
        {
            (string email) => TypedResults.NoContent(), route => route.Track((string email, string role) => new InviteSent { InviteeEmail = email, InviteeRole = role }),
            ".Track((string email, string role) => ...) finds no argument and no result of the type string for 'role'. The endpoint has: email (string)."
        },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public async Task It_says_what_is_wrong_and_what_there_is(Delegate handler, Action<RouteHandlerBuilder> ask, string message)
    {
        var refusal = await EndpointApp.RefusalAsync(routes => ask(routes.MapPost("/e/{x}", handler)));

        Assert.Equal($"{Start}HTTP: POST /e/{{x}}: {message}", refusal);
    }

    [Fact]
    public async Task All_errors_of_all_endpoints_are_said_at_once()
    {
        var refusal = await EndpointApp.RefusalAsync(
            routes =>
            {
                routes.MapPost("/a", [TrackInviteSent] () => "ok");
                routes.MapPost("/b", [TrackInviteSent(InviteeEmailFrom = "x", InviteeRoleFrom = "y")] (ClaimsPrincipal user) => TypedResults.Ok());
            },
            [typeof(WrongController)]);

        Assert.Equal(
            Start + $"""
            HTTP: POST /a: [TrackInviteSent] finds no single value for InviteeEmail; it looked for InviteeEmail, InvitedEmail, InviteEmail, RecipientEmail, Email, EmailAddress. Set InviteeEmailFrom or InviteeEmail. Available: result, {User}.
            * HTTP: POST /b: [TrackInviteSent] InviteeEmailFrom = "x" cannot work: there is no 'x'. Available: user, {User}.
            * HTTP: POST /b: [TrackInviteSent] InviteeRoleFrom = "y" cannot work: there is no 'y'. Available: user, {User}.
            * Intilery.AspNetCore.Tests.Capture.Endpoints.WrongController.Send (Intilery.AspNetCore.Tests): [TrackInviteSent] InviteeEmailFrom = "input.Mail" cannot work: 'input' (InviteInput) has no public member 'Mail'. It has: Email, FirstName, LastName, Role.
            """.ReplaceLineEndings("\n"),
            string.Join('\n', refusal.Split('\n').Take(1).Concat(refusal.Split('\n').Skip(1).Order(StringComparer.Ordinal))));
    }

    [Fact]
    public async Task All_errors_of_one_attribute_are_said_at_once()
    {
        var refusal = await EndpointApp.RefusalAsync(routes => routes.MapPost("/a", (InviteInput input) => TypedResults.NoContent()).TrackEvent("Signed Up", it =>
        {
            it.GroupIdFrom = "route.team";
            it.Properties = ["role", "a=input.Rank", "b=inptu.Role", "b='x'", "c=result.Id"];
        }));

        Assert.Equal(
            Start + $"""
            HTTP: POST /a: [TrackEvent("Signed Up")] cannot have that name: 'Signed Up' is an event of the specification: track a SignedUp instead.
            * HTTP: POST /a: [TrackEvent("Signed Up")] has the property 'role', which is neither name=path nor name='literal'.
            * HTTP: POST /a: [TrackEvent("Signed Up")] has the property 'b' twice.
            * HTTP: POST /a: [TrackEvent("Signed Up")] GroupIdFrom = "route.team" cannot work: the route has no parameters.
            * HTTP: POST /a: [TrackEvent("Signed Up")] Properties: a = "input.Rank" cannot work: 'input' (InviteInput) has no public member 'Rank'. It has: Email, FirstName, LastName, Role.
            * HTTP: POST /a: [TrackEvent("Signed Up")] Properties: b = "inptu.Role" cannot work: there is no 'inptu'. Available: input, {User}.
            * HTTP: POST /a: [TrackEvent("Signed Up")] Properties: c = "result.Id" cannot work: the endpoint has no result. Available: input, {User}.
            """.ReplaceLineEndings("\n"),
            refusal);
    }

    [Fact]
    public async Task All_errors_of_one_function_are_said_at_once()
    {
        var refusal = await EndpointApp.RefusalAsync(routes =>
            routes.MapPost("/a", (string one, string two) => 7).Track((string three, Team four) => new AccountCreated { GroupId = three }));

        Assert.Equal(
            Start + """
            HTTP: POST /a: .Track((string three, Team four) => ...) finds several arguments of the type string, and none of them is named 'three': one, two. Give the parameter the name of the one that it is.
            * HTTP: POST /a: .Track((string three, Team four) => ...) finds no argument and no result of the type Team for 'four'. The endpoint has: one (string), two (string), result (int).
            """.ReplaceLineEndings("\n"),
            refusal);
    }

    [Fact]
    public async Task An_endpoint_that_nobody_can_look_into_says_what_to_write()
    {
        var refusal = await EndpointApp.RefusalAsync(routes => routes.MapPost("/a", Handle));

        Assert.Equal(
            $"{Start}HTTP: POST /a: [TrackInviteSent] has no effect here. Call .TrackInviteSent() where it is mapped, or use ILifecycleTracker in its code.", refusal);

        [TrackInviteSent]
        static Task Handle(HttpContext context) => Task.CompletedTask;
    }

    [Fact]
    public async Task Controllers_take_the_attribute_itself()
    {
        var refusal = await EndpointApp.RefusalAsync(routes => routes.MapControllers().TrackEvent("Called"), [typeof(PlainController)]);

        Assert.Equal(
            $"{Start}Intilery.AspNetCore.Tests.Capture.Endpoints.PlainController.Get (Intilery.AspNetCore.Tests): [TrackEvent(\"Called\")] has no effect here. "
            + "Put the attribute on the controller, action, page model or handler itself.",
            refusal);
    }
}
