using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>Answers which scheme a call is for, and which session the request has on it.</summary>
internal sealed class SessionReader(IAuthenticationSchemeProvider schemes, TrackedSchemes tracked, TicketReader tickets, TimeProvider time)
{
    public DateTimeOffset Now => time.GetUtcNow();

    public async Task<(string? Name, SchemeKind Kind)> SignInSchemeAsync(string? scheme)
    {
        var name = scheme ?? (await schemes.GetDefaultSignInSchemeAsync().ConfigureAwait(false))?.Name;
        return (name, await tracked.KindOfAsync(name).ConfigureAwait(false));
    }

    public async Task<(string? Name, SchemeKind Kind)> SignOutSchemeAsync(string? scheme)
    {
        var name = scheme ?? (await schemes.GetDefaultSignOutSchemeAsync().ConfigureAwait(false))?.Name;
        return (name, await tracked.KindOfAsync(name).ConfigureAwait(false));
    }

    /// <summary>Whether an authentication's scheme, empty for the default one, is the named scheme.</summary>
    public async Task<bool> IsSameAsync(string? authenticated, string name) => authenticated switch
    {
        null => false,
        "" => (await schemes.GetDefaultAuthenticateSchemeAsync().ConfigureAwait(false))?.Name == name,
        _ => authenticated == name,
    };

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
}
