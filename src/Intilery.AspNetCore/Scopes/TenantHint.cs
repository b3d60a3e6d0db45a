using System.Security.Claims;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// Tells a developer, once, why their events have no tenant: which claim types a principal has, of which none is the configured
/// one. Types only: values are the user's.
/// </summary>
internal sealed class TenantHint(IHostEnvironment environment, IOptionsMonitor<IntileryOptions> options, LifecycleDiagnostics diagnostics)
{
    private bool _isTold;

    public void Tell(ClaimsPrincipal principal)
    {
        var configured = options.CurrentValue.Tenant.EffectiveClaimTypes;
        if (environment.IsDevelopment() && !principal.HasClaim(claim => configured.Contains(claim.Type)) && !Interlocked.Exchange(ref _isTold, true))
        {
            diagnostics.Log.NoTenantClaim(
                string.Join(", ", configured), string.Join(", ", principal.Claims.Select(claim => claim.Type).Distinct(StringComparer.Ordinal)));
        }
    }
}
