using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Nodes;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Scopes;

/// <summary>Reads the user, the tenant and the profile from a principal's claims.</summary>
internal sealed class PrincipalReader(
    IOptionsMonitor<IntileryOptions> options, IOptions<IdentityOptions> identity, LifecycleDiagnostics diagnostics)
{
    /// <summary>The name of the user's id in messages.</summary>
    public const string UserIdClaim = "the claim of the user's id";

    // OpenID Connect's name for the id, where claims are not mapped to Identity's.
    private const string Subject = "sub";

    public static bool IsAuthenticated([NotNullWhen(true)] ClaimsPrincipal? principal) =>
        principal?.Identities.Any(identity => identity.IsAuthenticated) == true;

    /// <summary>
    /// Returns whether the principal is a machine instead of a person: an API key, or OAuth client credentials. A principal that Identity
    /// created from a user is a person, whatever authenticated it.
    /// </summary>
    public bool IsMachine(ClaimsPrincipal principal)
    {
        if (principal.HasClaim(claim => claim.Type == identity.Value.ClaimsIdentity.SecurityStampClaimType))
        {
            return false;
        }

        var schemes = options.CurrentValue.MachineSchemes;
        return principal.Identities.Any(
            of => of is { IsAuthenticated: true, AuthenticationType: { } type }
                && (schemes.Count > 0 ? schemes.Contains(type) : IsApiKey(type)))
            || principal.HasClaim("idtyp", "app")
            || principal.HasClaim("gty", "client-credentials")
            || (principal.FindFirst(Subject) is { } subject && principal.HasClaim(claim => claim.Type is "client_id" or "azp" or "appid" && claim.Value == subject.Value));
    }

    /// <summary>Returns whether the session is impersonated.</summary>
    public bool IsImpersonated(ClaimsPrincipal? principal) =>
        principal?.HasClaim(claim => options.CurrentValue.Impersonation.EffectiveClaimTypes.Contains(claim.Type)) == true;

    /// <summary>
    /// Returns whether an impersonated principal names the user as its actor: in a claim, or as the subject within one (RFC 8693, section
    /// 4.1).
    /// </summary>
    public bool NamesActor(ClaimsPrincipal impersonated, string userId) => impersonated.HasClaim(claim =>
        claim.Value == userId
        || (options.CurrentValue.Impersonation.EffectiveClaimTypes.Contains(claim.Type) && ActorOf(claim.Value) == userId));

    /// <summary>Returns whether two principals differ in their tenant, and otherwise at most in their roles.</summary>
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

    /// <summary>Returns whether the options exclude the principal's user, by its claims.</summary>
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

    /// <summary>
    /// Returns why the user id claim of an authenticated principal is not a valid id; <see langword="null"/> if it is, or there is none.
    /// </summary>
    public string? UserIdFaultOf(ClaimsPrincipal? principal) => ClaimedIdOf(principal) is { } id ? EventText.IdFault(id) : null;

    /// <summary>
    /// Returns the tenant by the first configured claim type that the principal has. Several values are counted, and count as none.
    /// </summary>
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

    /// <summary>Returns the same without counting.</summary>
    /// <param name="principal">The principal.</param>
    /// <param name="reason">Why its claims name no tenant, where they name what cannot be one or several.</param>
    public string? ClaimedTenantOf(ClaimsPrincipal principal, out string? reason)
    {
        reason = null;
        foreach (var type in options.CurrentValue.Tenant.EffectiveClaimTypes)
        {
            var values = principal.FindAll(type)
                .Select(claim => claim.Value)
                .Where(value => !string.IsNullOrWhiteSpace(value))
                .Distinct(StringComparer.Ordinal)
                .ToList();
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

    /// <summary>Returns the principal's role in its tenant, if a claim type is configured; several values count as none.</summary>
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

    /// <summary>
    /// Returns the profile in the claims; an empty one if properties marked as personal data are not sent, because claims carry no mark.
    /// </summary>
    public Profile ProfileOf(ClaimsPrincipal principal) =>
        options.CurrentValue.Privacy.PersonalData == PersonalDataPolicy.Exclude ? Profile.Empty : new()
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
            // The application chooses the text, which need not be JSON.
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
