using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>
/// Observes the refresh tokens of every bearer scheme, whatever protects them. A request that has shown one gets new tokens for a
/// session that exists; nothing else distinguishes the sign-in that follows from a login.
/// </summary>
internal sealed class RefreshTokenObserver(CaptureSwitch @switch, RequestAccessor accessor, LifecycleDiagnostics diagnostics)
    : IPostConfigureOptions<BearerTokenOptions>
{
    public void PostConfigure(string? name, BearerTokenOptions options)
    {
        if (ProtectorOf(options) is { } protector)
        {
            options.RefreshTokenProtector = new ObservedProtector(protector, name ?? Options.DefaultName, this);
        }
    }

    private static ISecureDataFormat<AuthenticationTicket>? ProtectorOf(BearerTokenOptions options)
    {
        try
        {
            return options.RefreshTokenProtector;
        }
        catch (InvalidOperationException)
        {
            // The options throw if they have none, as those of no bearer scheme do.
            return null;
        }
    }

    private void Observe(AuthenticationTicket ticket, string scheme)
    {
        try
        {
            if (@switch.IsOn && accessor.HttpContext is { } context)
            {
                RequestSessions.Of(context).RefreshToken = new AuthenticationTicket(ticket.Principal, ticket.Properties, scheme);
            }
        }
        catch (Exception exception)
        {
            // The application refreshes its session with or without us.
            diagnostics.Failed("observing a refresh token", exception);
        }
    }

    /// <summary>Passes everything through, and reports the tickets that it unprotects.</summary>
    private sealed class ObservedProtector(ISecureDataFormat<AuthenticationTicket> inner, string scheme, RefreshTokenObserver observer)
        : ISecureDataFormat<AuthenticationTicket>
    {
        public string Protect(AuthenticationTicket data) => inner.Protect(data);

        public string Protect(AuthenticationTicket data, string? purpose) => inner.Protect(data, purpose);

        public AuthenticationTicket? Unprotect(string? protectedText) => Observed(inner.Unprotect(protectedText));

        public AuthenticationTicket? Unprotect(string? protectedText, string? purpose) => Observed(inner.Unprotect(protectedText, purpose));

        private AuthenticationTicket? Observed(AuthenticationTicket? ticket)
        {
            if (ticket is not null)
            {
                observer.Observe(ticket, scheme);
            }

            return ticket;
        }
    }
}
