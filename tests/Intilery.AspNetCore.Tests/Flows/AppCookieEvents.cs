using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>An application's own events of its cookie.</summary>
internal sealed class AppCookieEvents : CookieAuthenticationEvents
{
    public static Task AddTenant(CookieSigningInContext context, string tenant)
    {
        ((ClaimsIdentity)context.Principal!.Identity!).AddClaim(new Claim("tenant_id", tenant));
        return Task.CompletedTask;
    }

    public override Task SigningIn(CookieSigningInContext context) => AddTenant(context, $"acct_{context.Scheme.Name.ToLowerInvariant()}");

    public override Task ValidatePrincipal(CookieValidatePrincipalContext context) =>
        context.Scheme.Name == IdentityConstants.ApplicationScheme ? SecurityStampValidator.ValidatePrincipalAsync(context) : Task.CompletedTask;
}
