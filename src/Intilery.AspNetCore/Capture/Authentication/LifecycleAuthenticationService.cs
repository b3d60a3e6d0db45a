using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>
/// Stands in front of the host's <see cref="IAuthenticationService"/>, the one place that every sign-in and sign-out passes,
/// whichever handler does it. It passes everything through and changes nothing, but for the browser's own id that it lets go along
/// to a login provider and back.
/// </summary>
internal sealed class LifecycleAuthenticationService : IAuthenticationService
{
    private readonly IAuthenticationService? _inner;
    private readonly Type? _innerType;
    private readonly StatelessService? _stateless;
    private readonly SessionCapture _sessions;
    private readonly AnonymousIdCarrier _carrier;

    /// <summary>Makes the service in front of one of the host's.</summary>
    public LifecycleAuthenticationService(IAuthenticationService inner, SessionCapture sessions, AnonymousIdCarrier carrier)
    {
        _inner = inner;
        _sessions = sessions;
        _carrier = carrier;
    }

    /// <summary>Makes the service in front of the one that each request's own services have by the type, or that is made for a call where there is a maker.</summary>
    public LifecycleAuthenticationService(Type innerType, StatelessService? stateless, SessionCapture sessions, AnonymousIdCarrier carrier)
    {
        _innerType = innerType;
        _stateless = stateless;
        _sessions = sessions;
        _carrier = carrier;
    }

    public Task<AuthenticateResult> AuthenticateAsync(HttpContext context, string? scheme)
    {
        if (!_sessions.IsOn)
        {
            return InnerOf(context).AuthenticateAsync(context, scheme);
        }

        var request = _sessions.Enter(context, scheme);

        // Who shows no session leaves nothing behind either, and is most of many sites' visitors.
        var inner = request is null && _stateless is not null ? _stateless.For(context.RequestServices) : InnerOf(context);

        // Nearly always completed when it returns: then nothing is allocated for having watched.
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
            return AwaitAsync(context, authentication, request ?? _sessions.Enter(context, scheme, always: true), scheme);
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
        _sessions.IsOn ? ChallengeCarryingAsync(context, scheme, properties) : InnerOf(context).ChallengeAsync(context, scheme, properties);

    public Task ForbidAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
        InnerOf(context).ForbidAsync(context, scheme, properties);

    public Task SignInAsync(HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties) =>
        _sessions.IsOn ? SignInObservedAsync(context, scheme, principal, properties) : InnerOf(context).SignInAsync(context, scheme, principal, properties);

    public Task SignOutAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
        _sessions.IsOn ? SignOutObservedAsync(context, scheme, properties) : InnerOf(context).SignOutAsync(context, scheme, properties);

    private IAuthenticationService InnerOf(HttpContext context) =>
        _inner ?? (IAuthenticationService)context.RequestServices.GetRequiredService(_innerType!);

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
            _sessions.Saw(context, request, ticket);
            _carrier.Find(context, ticket.Properties);
        }
        else
        {
            request?.SeeNobody(scheme ?? string.Empty);
        }
    }

    private async Task ChallengeCarryingAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
        await InnerOf(context).ChallengeAsync(context, scheme, await _carrier.CarryAsync(context, scheme, properties).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task SignInObservedAsync(HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties)
    {
        _carrier.Find(context, properties);
        var attempt = await _sessions.BeginSignInAsync(context, scheme, principal, properties).ConfigureAwait(false);
        try
        {
            if (attempt is not null)
            {
                CarriedAnonymousId.Remove(properties);
            }

            await InnerOf(context).SignInAsync(context, scheme, principal, properties).ConfigureAwait(false);
        }
        catch
        {
            _sessions.Failed(attempt);
            throw;
        }

        if (attempt is not null)
        {
            await _sessions.SignedInAsync(context, attempt, principal, properties).ConfigureAwait(false);
        }
    }

    private async Task SignOutObservedAsync(HttpContext context, string? scheme, AuthenticationProperties? properties)
    {
        var attempt = await _sessions.BeginSignOutAsync(context, scheme).ConfigureAwait(false);
        try
        {
            await InnerOf(context).SignOutAsync(context, scheme, properties).ConfigureAwait(false);
        }
        catch
        {
            _sessions.Failed(attempt);
            throw;
        }

        if (attempt is not null)
        {
            _sessions.SignedOut(context, attempt);
        }
    }
}
