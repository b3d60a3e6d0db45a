using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Capture;

/// <summary>Finds the tenant of what happens: by the application's resolver, if it has one, else by the claims.</summary>
internal sealed class TenantReader(PrincipalReader principals, TenantResolution resolution, TenantHint hint)
{
    public bool HasResolver => resolution.HasResolver;

    public ValueTask<string?> OfAsync(
        TenantResolutionMoment moment, HttpContext? request, ClaimsPrincipal? principal, CancellationToken cancellationToken) =>
        HasResolver ? resolution.AskAsync(Describe(moment, request, principal), cancellationToken) : new(ByClaims(moment, principal));

    /// <summary>As <see cref="OfAsync"/>, for callers that the application made synchronous.</summary>
    public string? Of(TenantResolutionMoment moment, HttpContext? request, ClaimsPrincipal? principal) =>
        HasResolver ? resolution.Ask(Describe(moment, request, principal)) : ByClaims(moment, principal);

    // The tenant of who creates a user is not that user's; which it is, the membership says.
    private string? ByClaims(TenantResolutionMoment moment, ClaimsPrincipal? principal)
    {
        if (principal is null || moment == TenantResolutionMoment.SignUp)
        {
            return null;
        }

        var tenant = principals.TenantOf(principal);
        if (tenant is null && moment == TenantResolutionMoment.SignIn)
        {
            hint.Tell(principal);
        }

        return tenant;
    }

    private TenantResolutionContext Describe(TenantResolutionMoment moment, HttpContext? request, ClaimsPrincipal? principal) => new()
    {
        Moment = moment,
        HttpContext = request,
        Principal = principal,
        UserId = principals.UserIdOf(principal),
        ClaimedTenantId = principal is null || moment == TenantResolutionMoment.SignUp ? null : principals.ClaimedTenantOf(principal, out _),
    };
}
