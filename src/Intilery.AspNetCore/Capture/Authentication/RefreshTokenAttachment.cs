using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>Watches the refresh tokens of every bearer scheme, whatever protects them.</summary>
internal sealed class RefreshTokenAttachment(CaptureSwitch @switch, RequestAccessor accessor, LifecycleDiagnostics diagnostics)
    : IPostConfigureOptions<BearerTokenOptions>
{
    public void PostConfigure(string? name, BearerTokenOptions options)
    {
        if (ProtectorOf(options) is { } protector)
        {
            options.RefreshTokenProtector = new RefreshTokenWatch(protector, name ?? Options.DefaultName, @switch, accessor, diagnostics);
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
            // How the options say that there is none: they are of no bearer scheme.
            return null;
        }
    }
}
