using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Nodes;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Scopes;

/// <summary>Reads from a principal's claims who it is, which tenant it is in, and what it says of the person.</summary>
internal sealed class PrincipalReader(IOptionsMonitor<IntileryOptions> options, IOptions<IdentityOptions> identity, LifecycleDiagnostics diagnostics)
{
    /// <summary>What names the user, for people.</summary>
    public const string UserIdClaim = "the claim of the user's id";

    // OpenID Connect's name for the id, where claims are not mapped to Identity's.
    private const string Subject = "sub";

    public static bool IsAuthenticated([NotNullWhen(true)] ClaimsPrincipal? principal) =>
        principal?.Identities.Any(identity => identity.IsAuthenticated) == true;

    /// <summary>
    /// Whether the principal is a machine's, and so no person: one of an API key, or of OAuth's client credentials. A principal that Identity
    /// has made of a user is a person's, whatever authenticated it.
    /// </summary>
    public bool IsMachine(ClaimsPrincipal principal)
    {
        if (principal.HasClaim(claim => claim.Type == identity.Value.ClaimsIdentity.SecurityStampClaimType))
        {
            return false;
        }

        var schemes = options.CurrentValue.MachineSchemes;
        return principal.Identities.Any(of => of is { IsAuthenticated: true, AuthenticationType: { } type } && (schemes.Count > 0 ? schemes.Contains(type) : IsApiKey(type)))
            || principal.HasClaim("idtyp", "app")
            || principal.HasClaim("gty", "client-credentials")
            || (principal.FindFirst(Subject) is { } subject && principal.HasClaim(claim => claim.Type is "client_id" or "azp" or "appid" && claim.Value == subject.Value));
    }

    /// <summary>Whether somebody else acts in the principal's name.</summary>
    public bool IsImpersonated(ClaimsPrincipal? principal) =>
        principal?.HasClaim(claim => options.CurrentValue.Impersonation.EffectiveClaimTypes.Contains(claim.Type)) == true;

    /// <summary>Whether an impersonated principal names the user as the one who acts: in a claim, or as the subject within one (RFC 8693, section 4.1).</summary>
    public bool NamesActor(ClaimsPrincipal impersonated, string userId) => impersonated.HasClaim(claim =>
        claim.Value == userId
        || (options.CurrentValue.Impersonation.EffectiveClaimTypes.Contains(claim.Type) && ActorOf(claim.Value) == userId));

    /// <summary>Whether two principals differ in their tenant, and in nothing but that and their roles.</summary>
    public bool DifferInTenantAlone(ClaimsPrincipal one, ClaimsPrincipal other)
    {
        var tenant = options.CurrentValue.Tenant;
        var roles = one.Identities.Concat(other.Identities).Select(identity => identity.RoleClaimType)
            .Concat([ClaimTypes.Role, "role", "roles", tenant.RoleClaimType ?? ClaimTypes.Role]).ToHashSet(StringComparer.Ordinal);
        return !Values(one, tenant.EffectiveClaimTypes.Contains).SequenceEqual(Values(other, tenant.EffectiveClaimTypes.Contains))
            && Values(one, IsOther).SequenceEqual(Values(other, IsOther));

        bool IsOther(string type) => !tenant.EffectiveClaimTypes.Contains(type) && !roles.Contains(type);

        static IEnumerable<(string Type, string Value)> Values(ClaimsPrincipal principal, Func<string, bool> isMeant) =>
            principal.Claims.Where(claim => isMeant(claim.Type)).Select(claim => (claim.Type, claim.Value)).Order();
    }

    /// <summary>Whether the options leave the principal's user out, as far as its claims say.</summary>
    public bool IsExcluded(ClaimsPrincipal? principal)
    {
        var exclude = options.CurrentValue.Exclude;
        return principal is not null
            && (exclude.Roles.Any(principal.IsInRole)
                || (exclude.UserIds.Count > 0 && UserIdOf(principal) is { } userId && exclude.UserIds.Contains(userId))
                || (exclude.EmailDomains.Count > 0 && exclude.HasDomainOf(Text(principal, identity.Value.ClaimsIdentity.EmailClaimType, "email"))));
    }

    /// <summary>Returns the id of an authenticated principal's user, or <see langword="null"/>.</summary>
    public string? UserIdOf(ClaimsPrincipal? principal) => ClaimedIdOf(principal) is { } id && EventText.IsId(id) ? id : null;

    /// <summary>Returns why the claim that names an authenticated principal's user cannot be an id; <see langword="null"/> if it can, or there is none.</summary>
    public string? UserIdFaultOf(ClaimsPrincipal? principal) => ClaimedIdOf(principal) is { } id ? EventText.IdFault(id) : null;

    /// <summary>Returns the one tenant of the first configured claim type that the principal has; several are no tenant, and counted.</summary>
    public string? TenantOf(ClaimsPrincipal principal) => TenantOf(principal, out _);

    /// <inheritdoc cref="TenantOf(ClaimsPrincipal)"/>
    /// <param name="principal">The principal.</param>
    /// <param name="reason">Why its claims name no tenant, where they name what cannot be one or several.</param>
    public string? TenantOf(ClaimsPrincipal principal, out string? reason)
    {
        var tenant = ClaimedTenantOf(principal, out reason);
        if (reason is not null)
        {
            diagnostics.WithoutTenant(reason);
        }

        return tenant;
    }

    /// <summary>Returns the same, and counts nothing.</summary>
    /// <param name="principal">The principal.</param>
    /// <param name="reason">Why its claims name no tenant, where they name what cannot be one or several.</param>
    public string? ClaimedTenantOf(ClaimsPrincipal principal, out string? reason)
    {
        reason = null;
        foreach (var type in options.CurrentValue.Tenant.EffectiveClaimTypes)
        {
            var values = principal.FindAll(type).Select(claim => claim.Value).Where(value => !string.IsNullOrWhiteSpace(value)).Distinct(StringComparer.Ordinal).ToList();
            var ids = values.Where(EventText.IsId).Take(2).ToList();
            if (ids.Count > 0)
            {
                reason = ids.Count > 1 ? Reasons.AmbiguousTenant : null;
                return ids.Count > 1 ? null : ids[0];
            }

            reason = values.Count > 0 ? Reasons.InvalidId : reason;
        }

        return null;
    }

    /// <summary>Returns the one role in its tenant that the principal has, where a claim type is configured; several are no role.</summary>
    public string? RoleOf(ClaimsPrincipal principal)
    {
        var roles = options.CurrentValue.Tenant.RoleClaimType is { } type
            ? principal.FindAll(type).Select(claim => EventText.Captured(claim.Value)).Distinct(StringComparer.Ordinal).Take(2).ToList()
            : [];
        return roles.Count == 1 ? roles[0] : null;
    }

    /// <summary>Returns the e-mail address and the user name that the claims hold.</summary>
    public IReadOnlyCollection<string> NamesOf(ClaimsPrincipal principal) =>
    [
        .. new[]
        {
            Text(principal, identity.Value.ClaimsIdentity.EmailClaimType, "email"),
            EventText.Captured(principal.FindFirstValue(identity.Value.ClaimsIdentity.UserNameClaimType)),
        }.OfType<string>(),
    ];

    /// <summary>Returns what the claims say of the person; nothing where what is marked as personal data is not sent, for claims carry no mark.</summary>
    public Profile ProfileOf(ClaimsPrincipal principal) => options.CurrentValue.Privacy.PersonalData == PersonalDataPolicy.Exclude ? Profile.Empty : new()
    {
        FirstName = Text(principal, ClaimTypes.GivenName, "given_name"),
        LastName = Text(principal, ClaimTypes.Surname, "family_name"),
        Email = Text(principal, identity.Value.ClaimsIdentity.EmailClaimType, "email"),
        Phone = Text(principal, ClaimTypes.MobilePhone, "phone_number"),
        Username = EventText.Captured(principal.FindFirstValue(identity.Value.ClaimsIdentity.UserNameClaimType))
            ?? EventText.Captured(principal.Identity?.Name),
    };

    private static string? ActorOf(string claim)
    {
        try
        {
            return claim.StartsWith('{') && JsonNode.Parse(claim) is JsonObject actor ? (string?)actor[Subject] : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The application's own text, which need not be JSON.
            return null;
        }
    }

    // "ApiKey", "X-API-Key", "Api Key".
    private static bool IsApiKey(string authenticationType) =>
        string.Concat(authenticationType.Where(char.IsLetterOrDigit)).Contains("apikey", StringComparison.OrdinalIgnoreCase);

    private string? ClaimedIdOf(ClaimsPrincipal? principal) => !IsAuthenticated(principal) || IsMachine(principal) ? null
        : options.CurrentValue.UserIdClaimType is { } configured ? principal.FindFirst(configured)?.Value
        : (principal.FindFirst(identity.Value.ClaimsIdentity.UserIdClaimType) ?? principal.FindFirst(Subject))?.Value;

    private static string? Text(ClaimsPrincipal principal, string type, string openIdType) =>
        EventText.Captured(principal.FindFirstValue(type) ?? principal.FindFirstValue(openIdType));
}
