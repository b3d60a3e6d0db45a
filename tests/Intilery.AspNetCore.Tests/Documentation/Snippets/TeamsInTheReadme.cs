using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Documentation.Snippets.Readme;

public record Team(string Id, string Name);

public record Member(string TeamId, string UserId, string Role);

public record Trial(string Id, string TeamId, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string Plan);

public record NewInvite(string Email, string? FirstName, string? LastName, string? Role);

/// <summary>The teams application of the README.</summary>
internal static class Teams
{
    public static void Configure(WebApplicationBuilder builder)
    {
        builder.Services.AddIntilery()
            .MapAccounts<Team>(team => team.Id, name: team => team.Name)
            .MapMemberships<Member>(user: member => member.UserId, account: member => member.TeamId, role: member => member.Role)
            .MapTrials<Trial>(
                trial => trial.Id,
                account: trial => trial.TeamId,
                end: trial => trial.EndsAt,
                start: trial => trial.StartsAt,
                plan: trial => trial.Plan);
    }

    public static void Map(WebApplication app)
    {
        app.MapPost("/teams/{teamId}/invites", [TrackInviteSent] (string teamId, NewInvite invite) => Results.Accepted());
    }
}
