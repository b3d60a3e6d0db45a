using System.Security.Claims;
using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>
/// Describes whose session begins or ends: the profile in the principal and the user's row, and the account of the session.
/// </summary>
internal sealed class PrincipalDescriber(PrincipalReader principals, TenantReader tenants, UserRows rows, LifecycleDiagnostics diagnostics)
{
    public PrincipalReader Principals => principals;

    public SignInSucceeded Describe(HttpContext context, TrackingScope scope, SignInSucceeded fact, ClaimsPrincipal principal)
    {
        var claimed = principals.ProfileOf(principal);
        var row = rows.Find(context, principal, fact.UserId, principals.NamesOf(principal), out var key);
        if (key is not null)
        {
            diagnostics.UserIdsDiffer(principal.Claims.FirstOrDefault(claim => claim.Value == key)?.Type);
        }

        return tenants.Locate(fact, TenantResolutionMoment.SignIn, scope, principal, rowTenantId: row?.TenantId) with
        {
            Role = principals.RoleOf(principal),
            Profile = row is null ? claimed : claimed.With(row.Profile),
            IsExcluded = principals.IsExcluded(principal) || row?.IsExcluded == true,
        };
    }

    public SignOutSucceeded Describe(TrackingScope scope, SignOutSucceeded fact, ClaimsPrincipal principal) =>
        tenants.Locate(fact, TenantResolutionMoment.SignOut, scope, principal) with
        {
            Username = principals.ProfileOf(principal).Username,
            IsExcluded = principals.IsExcluded(principal),
        };

    /// <summary>Describes a session that the application tracks itself: it has no principal, unless its user is the one at work.</summary>
    public SignInSucceeded DescribeTracked(HttpContext? context, TrackingScope scope, SignInSucceeded fact, ClaimsPrincipal? atWork)
    {
        var (principal, row) = (PrincipalOf(fact, atWork), context is null ? null : rows.Find(context, fact.UserId));
        var claimed = principal is null ? Profile.Empty : principals.ProfileOf(principal);
        return Located(fact, fact.GroupId, TenantResolutionMoment.SignIn, scope, principal, row?.TenantId) with
        {
            Role = principal is null ? null : principals.RoleOf(principal),
            Profile = row is null ? claimed : claimed.With(row.Profile),
            IsExcluded = principals.IsExcluded(principal) || row?.IsExcluded == true,
        };
    }

    /// <summary>Describes the end of a session that the application tracks itself.</summary>
    public SignOutSucceeded DescribeTracked(TrackingScope scope, SignOutSucceeded fact, ClaimsPrincipal? atWork)
    {
        var principal = PrincipalOf(fact, atWork);
        return Located(fact, fact.GroupId, TenantResolutionMoment.SignOut, scope, principal) with
        {
            Username = fact.Tracked?.Username ?? (principal is null ? null : principals.ProfileOf(principal).Username),
            IsExcluded = principals.IsExcluded(principal),
        };
    }

    private T Located<T>(
        T fact, string? groupId, TenantResolutionMoment moment, TrackingScope scope, ClaimsPrincipal? principal, string? rowTenantId = null)
        where T : CapturedFact => groupId is null ? tenants.Locate(fact, moment, scope, principal, fact.UserId, rowTenantId) : fact;

    private ClaimsPrincipal? PrincipalOf(CapturedFact fact, ClaimsPrincipal? atWork) =>
        principals.UserIdOf(atWork) == fact.UserId ? atWork : null;
}
