using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

public static class Routes
{
    public static void Map(WebApplication app)
    {
        app.MapPost("/api/teams", [TrackAccountCreated] (NewTeam input) =>
            TypedResults.Created("/api/teams/t1", new Team("t1", input.Name)));

        app.MapPost("/api/invites", (NewInvite[] invites) => Results.Accepted())
            .TrackInviteSent(invite => invite.InviteeRole = "Guest"); // one event of each invite

        app.MapPost("/api/members/{userId}", (string userId, NewTeam input) => Results.NoContent())
            .Track((string userId, NewTeam input) => new AccountAddedUser { UserId = userId, GroupId = input.Name });

        app.MapGroup("/demo").SkipLifecycleTracking() // no events from here
            .MapPost("/report", [TrackEvent("Report Exported")] () => "a,b");
    }
}
