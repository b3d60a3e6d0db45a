using System.Security.Claims;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// Logs, once, that a user signed in whose principal has none of the tenant claims, with the claim types that it has: as a warning if the
/// application has configured the types or has one that looks like a tenant's; else, in Development only, as information. Values are
/// personal data and not logged.
/// </summary>
internal sealed class TenantHint(IHostEnvironment environment, IOptionsMonitor<IntileryOptions> options, LifecycleDiagnostics diagnostics)
{
    private static readonly string[] _tenantWords = ["tenant", "organization", "organisation", "org_", "orgid", "workspace", "company", "account_id", "accountid"];

    private bool _isReported;

    public void Report(ClaimsPrincipal principal)
    {
        var tenant = options.CurrentValue.Tenant;
        var types = principal.Claims.Select(claim => claim.Type).Distinct(StringComparer.Ordinal).ToList();
        if (types.Exists(tenant.EffectiveClaimTypes.Contains))
        {
            return;
        }

        var isSuspect = tenant.ClaimType is not null || tenant.ClaimTypes.Count > 0 || types.Exists(LooksLikeTenant);
        var level = isSuspect ? LogLevel.Warning : LogLevel.Information;
        if ((isSuspect || environment.IsDevelopment()) && diagnostics.Log.IsEnabled(level) && !Interlocked.Exchange(ref _isReported, true))
        {
            diagnostics.Log.NoTenantClaim(level, string.Join(", ", tenant.EffectiveClaimTypes), string.Join(", ", types));
        }
    }

    // Only the last segment of a URI: its host name may contain any word.
    private static bool LooksLikeTenant(string type) =>
        type[(type.LastIndexOf('/') + 1)..] is var name && Array.Exists(_tenantWords, word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
