using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Authentication;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>
/// Stands in front of the protector of a scheme's refresh tokens. A request that has shown one gets new tokens for a session that it
/// has; nothing else tells the sign-in that follows from a login. It passes everything through and changes nothing.
/// </summary>
internal sealed class RefreshTokenWatch(
    ISecureDataFormat<AuthenticationTicket> inner, string scheme, CaptureSwitch @switch, RequestAccessor accessor, LifecycleDiagnostics diagnostics)
    : ISecureDataFormat<AuthenticationTicket>
{
    public string Protect(AuthenticationTicket data) => inner.Protect(data);

    public string Protect(AuthenticationTicket data, string? purpose) => inner.Protect(data, purpose);

    public AuthenticationTicket? Unprotect(string? protectedText) => Noted(inner.Unprotect(protectedText));

    public AuthenticationTicket? Unprotect(string? protectedText, string? purpose) => Noted(inner.Unprotect(protectedText, purpose));

    private AuthenticationTicket? Noted(AuthenticationTicket? ticket)
    {
        try
        {
            if (@switch.IsOn && ticket is not null && accessor.HttpContext is { } context)
            {
                RequestSessions.Of(context).RefreshToken = new AuthenticationTicket(ticket.Principal, ticket.Properties, scheme);
            }
        }
        catch (Exception exception)
        {
            // The host refreshes whatever becomes of our note.
            diagnostics.Failed("observing a refresh token", exception);
        }

        return ticket;
    }
}
