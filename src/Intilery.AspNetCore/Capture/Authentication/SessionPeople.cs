using System.Security.Claims;
using Intilery.AspNetCore.Capture.Identity;
using Intilery.AspNetCore.Enrich.Happenings;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>Says whose session begins or ends: what the principal and the user's row tell of the person, and which tenant it is in.</summary>
internal sealed class SessionPeople(PrincipalReader principals, TenantReader tenants, UserRows rows, LiveOptions options)
{
    public PrincipalReader Principals => principals;

    public async ValueTask<SignInSucceeded> DescribeAsync(HttpContext context, SignInSucceeded happening, ClaimsPrincipal principal)
    {
        // Before the resolver is asked, which may load and change what it likes.
        var (claimed, row) = (principals.ProfileOf(principal), rows.Find(context, principal, happening.UserId));
        return happening with
        {
            GroupId = await tenants.OfAsync(TenantResolutionMoment.SignIn, context, principal, CancellationToken.None).ConfigureAwait(false),
            Role = principals.RoleOf(principal),
            Profile = row is null ? claimed : claimed.With(row.Profile),
            IsExcluded = principals.IsExcluded(principal) || row?.IsExcluded == true,
        };
    }

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
