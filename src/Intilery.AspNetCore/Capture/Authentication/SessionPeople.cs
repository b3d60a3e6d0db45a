using System.Security.Claims;
using Intilery.AspNetCore.Enrich.Happenings;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>Says whose session begins or ends: what the principal tells of its user, and which tenant it is in.</summary>
internal sealed class SessionPeople(PrincipalReader principals, TenantReader tenants, LiveOptions options)
{
    public PrincipalReader Principals => principals;

    public async ValueTask<SignInSucceeded> DescribeAsync(HttpContext context, SignInSucceeded happening, ClaimsPrincipal principal) => happening with
    {
        GroupId = await tenants.OfAsync(TenantResolutionMoment.SignIn, context, principal, CancellationToken.None).ConfigureAwait(false),
        Role = principals.RoleOf(principal),
        Profile = principals.ProfileOf(principal),
        IsExcluded = principals.IsExcluded(principal),
    };

    public async ValueTask<SignOutSucceeded> DescribeAsync(HttpContext context, SignOutSucceeded happening, ClaimsPrincipal principal) => happening with
    {
        GroupId = IsAsked(happening)
            ? await tenants.OfAsync(TenantResolutionMoment.SignOut, context, principal, CancellationToken.None).ConfigureAwait(false)
            : null,
        Username = principals.ProfileOf(principal).Username,
        IsExcluded = principals.IsExcluded(principal),
    };

    // Nobody asks for the tenant of what is no event; least of all within a validation, whose request has no user yet.
    private bool IsAsked(SignOutSucceeded happening) => !happening.Revoked || options.Current.SignOut.WhenRevoked;
}
