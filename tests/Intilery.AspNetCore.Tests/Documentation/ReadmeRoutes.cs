using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Tests.Documentation;

public static class ReadmeRoutes
{
    public static void Map(WebApplication app)
    {
        // The README shows what follows.
        app.MapPost("/api/teams", [TrackAccountCreated] (NewTeam input) =>
            TypedResults.Created("/api/teams/t1", new Team("t1", input.Name)));

        app.MapPost("/api/invites", (NewInvite[] invites) => Results.Accepted())
            .TrackInviteSent(invite => invite.InviteeRole = "Guest"); // one event of each invite

        app.MapPost("/api/members/{userId}", (string userId, NewTeam input) => Results.NoContent())
            .Track((string userId, NewTeam input) => new AccountAddedUser { UserId = userId, GroupId = input.Name });

        app.MapGroup("/demo").SkipLifecycleTracking() // nothing that happens here is an event
            .MapPost("/report", [TrackEvent("Report Exported")] () => "a,b");
        // Until here.
    }
}
