using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>
/// Reads the ticket that a request's cookie carries, as the cookie handler does, but without authenticating: no validation event
/// runs, nothing is renewed or rejected. During a failing validation, where asking for authentication again would recurse or
/// wait for itself, this is the only safe way to learn whose session it is.
/// </summary>
internal sealed class TicketReader(IOptionsMonitor<CookieAuthenticationOptions> cookies, TimeProvider time)
{
    public async Task<AuthenticationTicket?> ReadAsync(HttpContext context, string scheme)
    {
        var options = cookies.Get(scheme);
        if (CookieOf(context, scheme) is not { } cookie || options.TicketDataFormat?.Unprotect(cookie, TokenBinding(context)) is not { } ticket)
        {
            return null;
        }

        if (options.SessionStore is { } store)
        {
            if (ticket.Principal.FindFirst("Microsoft.AspNetCore.Authentication.Cookies-SessionId")?.Value is not { } key
                || await store.RetrieveAsync(key, context, context.RequestAborted).ConfigureAwait(false) is not { } stored)
            {
                return null;
            }

            ticket = stored;
        }

        return ticket.Properties.ExpiresUtc < time.GetUtcNow() ? null : ticket;
    }

    /// <summary>Returns the cookie as the request carries it, which no other issue of a ticket equals.</summary>
    public string? CookieOf(HttpContext context, string scheme)
    {
        var options = cookies.Get(scheme);
        return options.CookieManager?.GetRequestCookie(context, options.Cookie.Name!) is { Length: > 0 } cookie ? cookie : null;
    }

    private static string? TokenBinding(HttpContext context) =>
        context.Features.Get<ITlsTokenBindingFeature>()?.GetProvidedTokenBindingId() is { } binding ? Convert.ToBase64String(binding) : null;
}
