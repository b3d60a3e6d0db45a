using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>
/// Finds the tickets of a request's sessions: as its authentications found them, as its cookies carry them, and as a sign-in has written
/// them to the response. It never authenticates: that would run the application's validation, which may renew or reject a session, and
/// during a failing validation would wait for itself.
/// </summary>
internal sealed class SessionTickets(
    TrackedSchemes schemes,
    PrincipalReader principals,
    IOptionsMonitor<CookieAuthenticationOptions> cookies,
    TimeProvider time) : IBrowserSessions
{
    public bool HasOtherUser(HttpContext context, string userId)
    {
        // Completed, unless the application's own provider of schemes takes its time.
        var all = StringValues.IsNullOrEmpty(context.Request.Headers.Cookie)
            ? Task.FromResult<IReadOnlyList<TrackedScheme>>([])
            : schemes.AllAsync();
#pragma warning disable RS0030 // It is completed.
        return all.IsCompletedSuccessfully
            && all.Result.Where(scheme => scheme.Kind == SchemeKind.Cookie).ToList() is { Count: > 1 } sessions
            && sessions.Exists(scheme => UserOf(context, scheme.Name!) is { } other && other != userId);
#pragma warning restore RS0030
    }

    /// <summary>
    /// Returns the ticket of the request's session on a scheme: as an authentication of this request found it, else as its cookie carries
    /// it.
    /// </summary>
    public async Task<AuthenticationTicket?> OfAsync(HttpContext context, RequestSessions request, string scheme, SchemeKind kind)
    {
        var byDefault = await schemes.DefaultAsync().ConfigureAwait(false);
        foreach (var seen in request.Seen())
        {
            if (seen.Scheme == scheme
                || (seen.Scheme is { Length: 0 } && byDefault == scheme)
                || seen.Ticket?.AuthenticationScheme == scheme)
            {
                return seen.Ticket;
            }
        }

        return kind == SchemeKind.Cookie ? await ReadAsync(context, scheme).ConfigureAwait(false) : null;
    }

    /// <summary>Whether one of the schemes, empty for the default one, is the named one.</summary>
    public async Task<bool> IsAmongAsync(IReadOnlyList<string> authenticated, string scheme) =>
        authenticated.Contains(scheme)
            || (authenticated.Contains(string.Empty) && await schemes.DefaultAsync().ConfigureAwait(false) == scheme);

    /// <summary>
    /// Whether a cookie stands beside a session that the same user has on another scheme, as one that confirms the user's identity for a
    /// while does. The cookie that authenticates requests by default stands beside none.
    /// </summary>
    public async Task<bool> IsBesideAsync(RequestSessions request, string cookieScheme, string userId)
    {
        var byDefault = await schemes.DefaultAsync().ConfigureAwait(false);
        if (cookieScheme == byDefault || cookieScheme == IdentityConstants.ApplicationScheme)
        {
            return false;
        }

        var looked = new HashSet<string>(StringComparer.Ordinal) { cookieScheme };
        foreach (var seen in request.Seen())
        {
            var name = seen.Scheme is { Length: > 0 } named ? named : byDefault;
            if (name is not null && !(await schemes.OfAsync(name).ConfigureAwait(false)).IsTracked)
            {
                // One that forwards.
                name = seen.Ticket?.AuthenticationScheme;
            }

            if (name is not null && looked.Add(name) && seen.Ticket is { } ticket && ticket.AuthenticationScheme != cookieScheme
                && principals.UserIdOf(ticket.Principal) == userId && (await schemes.OfAsync(name).ConfigureAwait(false)).IsTracked)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads the ticket that the request's cookie carries, as the cookie handler does.</summary>
    public Task<AuthenticationTicket?> ReadAsync(HttpContext context, string scheme) => ReadAsync(context, context, scheme);

    /// <summary>
    /// Returns the ticket that a sign-in has written to the response; <see langword="null"/> if it is the one that the caller gave, because
    /// no code of the application could have replaced it.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="scheme">The cookie's scheme.</param>
    /// <param name="before">The cookies that were on the response before the sign-in.</param>
    public async Task<AuthenticationTicket?> WrittenAsync(HttpContext context, string scheme, StringValues before)
    {
        if (!MayReplacePrincipal(cookies.Get(scheme)) && !await schemes.HasOwnHandlerAsync(scheme).ConfigureAwait(false))
        {
            return null;
        }

        // As the browser sends them back.
        var request = new HttpRequestFeature();
        request.Headers.Cookie = string.Join("; ", context.Response.Headers.SetCookie
            .OfType<string>().Except(before.OfType<string>()).Select(line => line.Split(';')[0]));
        var sent = new FeatureCollection();
        sent.Set<IHttpRequestFeature>(request);
        var features = new FeatureCollection(context.Features);
        features.Set<IRequestCookiesFeature>(new RequestCookiesFeature(sent));
        return await ReadAsync(context, new DefaultHttpContext(features), scheme).ConfigureAwait(false);
    }

    /// <summary>
    /// Names the session that a ticket is of: a ticket ends once, however many requests carry it. The cookie or token itself
    /// identifies it; the date of its issue alone does not, because tickets carry whole seconds.
    /// </summary>
    public string KeyOf(HttpContext context, TrackedScheme scheme, string userId, AuthenticationProperties properties)
    {
        var credential = scheme.Kind == SchemeKind.Cookie
            ? CookieOf(context, scheme.Name!)
            : context.Request.Headers.Authorization.ToString();
        return credential is { Length: > 0 } ? MessageIds.Derive(userId, scheme.Name!, credential)
            : (properties.IssuedUtc ?? properties.ExpiresUtc) is { } date ? FormattableString.Invariant(
                $"{userId}\n{scheme.Name}\n{date.UtcTicks}")
            : MessageIds.Next();
    }

    // What replaces a principal is the event of signing in. Untouched, it is the framework's own delegate.
    private static bool MayReplacePrincipal(CookieAuthenticationOptions options) =>
        options.EventsType is not null
        || (options.Events is { } events
            && (events.GetType() != typeof(CookieAuthenticationEvents) || events.OnSigningIn.Method.Module != typeof(CookieAuthenticationEvents).Module));

    private static string? TokenBinding(HttpContext context) =>
        context.Features.Get<ITlsTokenBindingFeature>()?.GetProvidedTokenBindingId() is { } binding
            ? Convert.ToBase64String(binding)
            : null;

    // Of a store of sessions, nothing is asked here.
    private string? UserOf(HttpContext context, string scheme) =>
        CookieOf(context, scheme) is { } cookie && cookies.Get(scheme) is { SessionStore: null } options
        && options.TicketDataFormat?.Unprotect(cookie, TokenBinding(context)) is { } ticket
        && !(ticket.Properties.ExpiresUtc < time.GetUtcNow())
            ? principals.UserIdOf(ticket.Principal)
            : null;

    private async Task<AuthenticationTicket?> ReadAsync(HttpContext request, HttpContext cookiesOf, string scheme)
    {
        var options = cookies.Get(scheme);
        if (CookieOf(cookiesOf, scheme) is not { } cookie
            || options.TicketDataFormat?.Unprotect(cookie, TokenBinding(request)) is not { } ticket)
        {
            return null;
        }

        if (options.SessionStore is { } store)
        {
            if (ticket.Principal.FindFirst("Microsoft.AspNetCore.Authentication.Cookies-SessionId")?.Value is not { } key
                || await store.RetrieveAsync(key, request, request.RequestAborted).ConfigureAwait(false) is not { } stored)
            {
                return null;
            }

            ticket = stored;
        }

        return ticket.Properties.ExpiresUtc < time.GetUtcNow() ? null : ticket;
    }

    private string? CookieOf(HttpContext context, string scheme)
    {
        var options = cookies.Get(scheme);
        return options.CookieManager?.GetRequestCookie(context, options.Cookie.Name!) is { Length: > 0 } cookie ? cookie : null;
    }
}
