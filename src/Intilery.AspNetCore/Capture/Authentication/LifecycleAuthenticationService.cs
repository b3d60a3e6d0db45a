using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>
/// Decorates the application's <see cref="IAuthenticationService"/>, through which every sign-in and sign-out passes, whichever handler
/// performs it. It passes everything through and changes nothing, except that it sends the browser's id to a login provider and back.
/// </summary>
internal sealed class LifecycleAuthenticationService(IAuthenticationService inner, SessionCapture sessions, AnonymousIdCarrier carrier)
    : IAuthenticationService
{
    public Task<AuthenticateResult> AuthenticateAsync(HttpContext context, string? scheme)
    {
        if (!sessions.IsOn)
        {
            return inner.AuthenticateAsync(context, scheme);
        }

        var request = sessions.Enter(context, scheme);

        // Nearly always completed when it returns: then observing it allocates nothing.
        Task<AuthenticateResult> authentication;
        try
        {
            authentication = inner.AuthenticateAsync(context, scheme);
        }
        catch
        {
            Leave(request, scheme);
            throw;
        }

        if (authentication is { IsCompleted: false })
        {
            return AwaitAsync(context, authentication, request ?? sessions.Enter(context, scheme, always: true), scheme);
        }

        Leave(request, scheme);
        if (authentication is { IsCompletedSuccessfully: true })
        {
#pragma warning disable RS0030 // It is completed.
            Remember(context, request, scheme, authentication.Result);
#pragma warning restore RS0030
        }

        return authentication;
    }

    public Task ChallengeAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
        sessions.IsOn ? carrier.ChallengeAsync(inner, context, scheme, properties) : inner.ChallengeAsync(context, scheme, properties);

    public Task ForbidAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
        inner.ForbidAsync(context, scheme, properties);

    public Task SignInAsync(HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties) =>
        sessions.IsOn
            ? SignInObservedAsync(context, scheme, principal, properties)
            : inner.SignInAsync(context, scheme, principal, properties);

    public Task SignOutAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
        sessions.IsOn ? SignOutObservedAsync(context, scheme, properties) : inner.SignOutAsync(context, scheme, properties);

    private async Task<AuthenticateResult> AwaitAsync(
        HttpContext context, Task<AuthenticateResult> authentication, RequestSessions? request, string? scheme)
    {
        try
        {
            var result = await authentication.ConfigureAwait(false);
            Remember(context, request, scheme, result);
            return result;
        }
        finally
        {
            Leave(request, scheme);
        }
    }

    private static void Leave(RequestSessions? request, string? scheme) => request?.Leave(scheme ?? string.Empty);

    private void Remember(HttpContext context, RequestSessions? request, string? scheme, AuthenticateResult? result)
    {
        if (result?.Ticket is { } ticket)
        {
            sessions.Saw(context, request, scheme, ticket);
            carrier.Find(context, ticket.Properties);
        }
        else
        {
            request?.See(scheme ?? string.Empty, null);
        }
    }

    private async Task SignInObservedAsync(
        HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties)
    {
        carrier.Find(context, properties);
        var attempt = await sessions.BeginSignInAsync(context, scheme, principal, properties).ConfigureAwait(false);
        try
        {
            // The id stays with a step on the way to the session.
            await (attempt is null
                ? inner.SignInAsync(context, scheme, principal, properties)
                : carrier.SignInAsync(inner, context, scheme, principal, properties)).ConfigureAwait(false);
        }
        catch
        {
            sessions.Failed(attempt);
            throw;
        }

        if (attempt is not null)
        {
            await sessions.SignedInAsync(context, attempt, properties).ConfigureAwait(false);
        }
    }

    private async Task SignOutObservedAsync(HttpContext context, string? scheme, AuthenticationProperties? properties)
    {
        var attempt = await sessions.BeginSignOutAsync(context, scheme).ConfigureAwait(false);
        try
        {
            await inner.SignOutAsync(context, scheme, properties).ConfigureAwait(false);
        }
        catch
        {
            sessions.Failed(attempt);
            throw;
        }

        if (attempt is not null)
        {
            sessions.SignedOut(context, attempt);
        }
    }
}
