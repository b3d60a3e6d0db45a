using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using TeamsApp.Models;

namespace TeamsApp.Teams;

/// <summary>The trial of a team, for its page's script.</summary>
public static class TrialEndpoints
{
    public static IEndpointRouteBuilder MapTrials(this IEndpointRouteBuilder app)
    {
        var trial = app.MapGroup("/api/teams/{teamId:guid}/trial").RequireAuthorization();
        trial.MapPost("", StartAsync).TrackTrialStarted();
        trial.MapPost("end", EndAsync).TrackTrialEnded();
        return app;
    }

    private static async Task<Results<Ok<TrialAnswer>, NotFound, Conflict>> StartAsync(
        Guid teamId, TrialInput input, ClaimsPrincipal user, TeamService teams)
    {
        if (!await teams.MayManageAsync(teamId, user.UserId()))
        {
            return TypedResults.NotFound();
        }

        if (await teams.FindTrialAsync(teamId) is not null)
        {
            return TypedResults.Conflict();
        }

        var trial = await teams.StartTrialAsync(teamId, input.PlanName, input.Length);
        return TypedResults.Ok(TrialAnswer.Of(trial));
    }

    private static async Task<Results<Ok<TrialAnswer>, NotFound>> EndAsync(Guid teamId, ClaimsPrincipal user, TeamService teams)
    {
        if (!await teams.MayManageAsync(teamId, user.UserId()) || await teams.FindTrialAsync(teamId) is not { } trial)
        {
            return TypedResults.NotFound();
        }

        await teams.EndTrialAsync(trial);
        return TypedResults.Ok(TrialAnswer.Of(trial));
    }
}
