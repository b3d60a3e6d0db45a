using System.Security.Claims;
using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>Answers which scheme a call is for, and which session the request has on it.</summary>
internal sealed class SessionReader(
    IAuthenticationSchemeProvider schemes, TrackedSchemes tracked, TicketReader tickets, IOptionsMonitor<IntileryOptions> options, TimeProvider time)
{
    public DateTimeOffset Now => time.GetUtcNow();

    public async Task<(string? Name, SchemeKind Kind)> SignInSchemeAsync(string? scheme, AuthenticationProperties? properties)
    {
        var name = scheme ?? (await schemes.GetDefaultSignInSchemeAsync().ConfigureAwait(false))?.Name;
        var kind = await tracked.KindOfAsync(name).ConfigureAwait(false);
        return (name, await IsStepAsync(name!, kind, properties).ConfigureAwait(false) ? SchemeKind.Intermediate : kind);
    }

    public async Task<(string? Name, SchemeKind Kind)> SignOutSchemeAsync(string? scheme)
    {
        var name = scheme ?? (await schemes.GetDefaultSignOutSchemeAsync().ConfigureAwait(false))?.Name;
        return (name, await tracked.KindOfAsync(name).ConfigureAwait(false));
    }

    /// <summary>Whether what was signed in to the scheme with these properties is a step on the way to a session.</summary>
    public async Task<bool> IsStepAsync(string name, SchemeKind kind, AuthenticationProperties? properties) =>
        kind == SchemeKind.Cookie && await tracked.IsStepAsync(name, properties).ConfigureAwait(false);

    /// <summary>Whether one of the authentications is of the named scheme.</summary>
    public async Task<bool> IsAmongAsync(IReadOnlyList<string> authenticated, string name)
    {
        foreach (var scheme in authenticated)
        {
            if (await IsSameAsync(scheme, name).ConfigureAwait(false))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns the ticket of the request's session: as this request's authentication saw it, else as its cookie carries it.</summary>
    public async Task<AuthenticationTicket?> TicketAsync(HttpContext context, string name, SchemeKind kind, SeenTicket seen)
    {
        if (await IsSameAsync(seen.Scheme, name).ConfigureAwait(false))
        {
            return seen.Ticket;
        }

        return kind == SchemeKind.Cookie ? await tickets.ReadAsync(context, name).ConfigureAwait(false) : null;
    }

    /// <summary>
    /// Names the session that a ticket is of: a ticket ends once, however many requests carry it. Its cookie tells it from any other;
    /// the date of its issue alone does not, because tickets carry whole seconds.
    /// </summary>
    public string KeyOf(HttpContext context, string name, SchemeKind kind, string userId, AuthenticationProperties properties) =>
        (kind == SchemeKind.Cookie ? tickets.CookieOf(context, name) : null) is { } cookie ? MessageIds.Derive(userId, name, cookie)
        : properties.IssuedUtc is { } issued ? FormattableString.Invariant($"{userId}\n{name}\n{issued.UtcTicks}")
        : MessageIds.Next();

    /// <summary>
    /// Whether a sign-in of the user whose session is live issues that session anew. A refresh carries its ticket's dates into the
    /// call; a sign-in leaves them to the handler. A principal without a word on how it was authenticated was not authenticated
    /// now, one with an identity of the session itself is that session, and one that differs in its tenant alone has only changed that.
    /// </summary>
    public bool IsReissue(ClaimsPrincipal principal, AuthenticationProperties? properties, ClaimsPrincipal previous) =>
        properties?.IssuedUtc is not null
        || !principal.HasClaim(claim => claim.Type is "amr" or ClaimTypes.AuthenticationMethod)
        || principal.Identities.Any(previous.Identities.Contains)
        || IsTenantSwitch(principal, previous);

    private bool IsTenantSwitch(ClaimsPrincipal principal, ClaimsPrincipal previous)
    {
        var types = options.CurrentValue.Tenant.EffectiveClaimTypes;
        return !Claims(principal, areTenants: true).SequenceEqual(Claims(previous, areTenants: true))
            && Claims(principal, areTenants: false).SequenceEqual(Claims(previous, areTenants: false));

        IEnumerable<(string Type, string Value)> Claims(ClaimsPrincipal of, bool areTenants) =>
            of.Claims.Where(claim => types.Contains(claim.Type) == areTenants).Select(claim => (claim.Type, claim.Value)).Order();
    }

    // Whether an authentication's scheme, empty for the default one, is the named scheme.
    private async Task<bool> IsSameAsync(string? authenticated, string name) => authenticated switch
    {
        null => false,
        "" => (await schemes.GetDefaultAuthenticateSchemeAsync().ConfigureAwait(false))?.Name == name,
        _ => authenticated == name,
    };
}
