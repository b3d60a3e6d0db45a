using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>
/// Stands in front of the host's <see cref="IAuthenticationService"/>, the one place that every sign-in and sign-out passes,
/// whichever handler does it. It passes everything through and changes nothing.
/// </summary>
internal sealed class LifecycleAuthenticationService(IAuthenticationService inner, SessionCapture sessions) : IAuthenticationService
{
    private SeenTicket _seen;
    private string? _underWay;

    public Task<AuthenticateResult> AuthenticateAsync(HttpContext context, string? scheme)
    {
        if (!sessions.IsOn)
        {
            return inner.AuthenticateAsync(context, scheme);
        }

        // Nearly always completed when it returns: then nothing is allocated for having watched.
        var outer = _underWay;
        _underWay = scheme ?? string.Empty;
        Task<AuthenticateResult> authentication;
        try
        {
            authentication = inner.AuthenticateAsync(context, scheme);
        }
        catch
        {
            _underWay = outer;
            throw;
        }

        if (!authentication.IsCompleted)
        {
            return AwaitAsync(authentication, scheme, outer);
        }

        _underWay = outer;
        if (authentication.IsCompletedSuccessfully)
        {
#pragma warning disable RS0030 // It is completed.
            Remember(scheme, authentication.Result);
#pragma warning restore RS0030
        }

        return authentication;
    }

    public Task ChallengeAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
        inner.ChallengeAsync(context, scheme, properties);

    public Task ForbidAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
        inner.ForbidAsync(context, scheme, properties);

    public Task SignInAsync(HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties) =>
        sessions.IsOn ? SignInObservedAsync(context, scheme, principal, properties) : inner.SignInAsync(context, scheme, principal, properties);

    public Task SignOutAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
        sessions.IsOn ? SignOutObservedAsync(context, scheme, properties) : inner.SignOutAsync(context, scheme, properties);

    private async Task<AuthenticateResult> AwaitAsync(Task<AuthenticateResult> authentication, string? scheme, string? outer)
    {
        try
        {
            var result = await authentication.ConfigureAwait(false);
            Remember(scheme, result);
            return result;
        }
        finally
        {
            _underWay = outer;
        }
    }

    private async Task SignInObservedAsync(HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties)
    {
        var attempt = await sessions.BeginSignInAsync(context, scheme, principal, properties, _seen).ConfigureAwait(false);
        try
        {
            await inner.SignInAsync(context, scheme, principal, properties).ConfigureAwait(false);
        }
        catch
        {
            attempt?.Failed();
            throw;
        }

        if (attempt is not null)
        {
            attempt.Succeeded();
            _seen = new SeenTicket(attempt.Scheme, new AuthenticationTicket(principal, properties, attempt.Scheme));
        }
    }

    private async Task SignOutObservedAsync(HttpContext context, string? scheme, AuthenticationProperties? properties)
    {
        var attempt = await sessions.BeginSignOutAsync(context, scheme, _seen, _underWay).ConfigureAwait(false);
        try
        {
            await inner.SignOutAsync(context, scheme, properties).ConfigureAwait(false);
        }
        catch
        {
            attempt?.Failed();
            throw;
        }

        if (attempt is not null)
        {
            attempt.Succeeded();
            _seen = new SeenTicket(attempt.Scheme, null);
        }
    }

    private void Remember(string? scheme, AuthenticateResult result) =>
        _seen = result.Ticket is { } ticket ? new SeenTicket(ticket.AuthenticationScheme, ticket) : new SeenTicket(scheme ?? string.Empty, null);
}
