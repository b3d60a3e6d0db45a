using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using TeamsApp.Data;
using TeamsApp.Models;

namespace TeamsApp.Sessions;

/// <summary>The session of the person at the browser, for scripts of pages that stay when it ends.</summary>
public static class SessionEndpoints
{
    public static IEndpointRouteBuilder MapSessions(this IEndpointRouteBuilder app)
    {
        app.MapDelete("/api/session", EndAsync).RequireAuthorization();
        return app;
    }

    private static async Task<Results<NoContent, Ok<SignedOutEverywhere>>> EndAsync(
        bool? everywhere, ClaimsPrincipal person, SignInManager<AppUser> sessions, IOptions<SecurityStampValidatorOptions> stamps)
    {
        var user = everywhere == true ? await sessions.UserManager.GetUserAsync(person) : null;
        if (user is not null)
        {
            await sessions.UserManager.UpdateSecurityStampAsync(user);
        }

        await sessions.SignOutAsync();
        return user is null ? TypedResults.NoContent() : TypedResults.Ok(new SignedOutEverywhere((int)stamps.Value.ValidationInterval.TotalMinutes));
    }
}
