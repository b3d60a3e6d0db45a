using Intilery.AspNetCore.Capture.Endpoints;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Hosting;

/// <summary>
/// Logs, once the application has started, that it validates JSON web tokens and tracks no sign-in of theirs: no call of authentication
/// shows that the application has issued one.
/// </summary>
internal sealed class TokenSignInNotice(IServiceProvider services, EndpointInspection inspection, LifecycleDiagnostics diagnostics)
{
    // The package of the handler is not one of the framework's own.
    private const string JwtBearerHandler = "Microsoft.AspNetCore.Authentication.JwtBearer.JwtBearerHandler";

    public async Task WriteAsync()
    {
        try
        {
            if (!inspection.TracksSignIns && services.GetService<IAuthenticationSchemeProvider>() is { } schemes)
            {
                var tokens = (await schemes.GetAllSchemesAsync().ConfigureAwait(false)).Where(scheme => IsJwtBearer(scheme.HandlerType)).Select(scheme => scheme.Name).ToList();
                if (tokens.Count > 0)
                {
                    diagnostics.Log.TokenSignInsUntracked(string.Join(", ", tokens));
                }
            }
        }
        catch (Exception exception)
        {
            // The application's own schemes, perhaps: it has started.
            diagnostics.Failed("looking for untracked sign-ins", exception);
        }
    }

    private static bool IsJwtBearer(Type? handler)
    {
        for (; handler is not null; handler = handler.BaseType)
        {
            if (handler.FullName == JwtBearerHandler)
            {
                return true;
            }
        }

        return false;
    }
}
