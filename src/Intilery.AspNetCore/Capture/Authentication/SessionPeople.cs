using System.Security.Claims;
using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>Says whose session begins or ends: what the principal and the user's row tell of the person, and which tenant it is in.</summary>
internal sealed class SessionPeople(PrincipalReader principals, TenantReader tenants, UserRows rows)
{
    public PrincipalReader Principals => principals;

    public SignInSucceeded Describe(HttpContext context, CaptureScope scope, SignInSucceeded fact, ClaimsPrincipal principal)
    {
        var (claimed, row) = (principals.ProfileOf(principal), rows.Find(context, principal, fact.UserId));
        return tenants.Locate(fact, TenantResolutionMoment.SignIn, scope, principal) with
        {
            Role = principals.RoleOf(principal),
            Profile = row is null ? claimed : claimed.With(row.Profile),
            IsExcluded = principals.IsExcluded(principal) || row?.IsExcluded == true,
        };
    }

    public SignOutSucceeded Describe(CaptureScope scope, SignOutSucceeded fact, ClaimsPrincipal principal) =>
        tenants.Locate(fact, TenantResolutionMoment.SignOut, scope, principal) with
        {
            Username = principals.ProfileOf(principal).Username,
            IsExcluded = principals.IsExcluded(principal),
        };
}
