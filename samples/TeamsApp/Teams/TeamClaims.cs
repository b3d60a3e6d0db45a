using System.Security.Claims;

namespace TeamsApp.Teams;

/// <summary>The claims that tell of a session's team, and how to read them.</summary>
public static class TeamClaims
{
    public const string Tenant = "tenant_id";
    public const string Role = "team_role";

    public static string UserId(this ClaimsPrincipal user) => user.FindFirstValue(ClaimTypes.NameIdentifier)!;

    public static Guid? TeamId(this ClaimsPrincipal user) => Guid.TryParse(user.FindFirstValue(Tenant), out var id) ? id : null;
}
