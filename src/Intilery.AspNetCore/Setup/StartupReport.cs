using Intilery.AspNetCore.Capture.Authentication;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Setup;

/// <summary>Says in one line what is armed, and warns of what is plainly missing.</summary>
internal sealed class StartupReport(IServiceProvider services, RuntimeMode mode, LiveOptions options, RegisteredContexts contexts, LifecycleDiagnostics diagnostics)
{
    public async Task WriteAsync()
    {
        var schemes = services.GetService<IAuthenticationSchemeProvider>() is null
            ? []
            : await services.GetRequiredService<TrackedSchemes>().NamesAsync().ConfigureAwait(false);
        diagnostics.Log.Armed(
            List(schemes),
            List(contexts.WithIdentityUsers),
            List(options.Current.Tenant.EffectiveClaimTypes),
            mode.KeepsEvents ? services.GetRequiredService<IOutboxStore>().Description : "none",
            mode.KeepsEvents ? options.Current.Destination : "none");
        WriteMode();
        if (contexts.WithIdentityUsers.Count == 0)
        {
            diagnostics.Log.NoIdentityContext();
        }

        if (services.GetRequiredService<AuthenticationPath>().IsBypassed(services))
        {
            diagnostics.Log.AuthenticationBypassed();
        }
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } list ? list : "none";

    private void WriteMode()
    {
        if (options.Current.CaptureOnly)
        {
            diagnostics.Log.CaptureOnly();
        }
        else if (options.Current.HasNoAccount)
        {
            diagnostics.Log.NoAccount();
        }
        else if (mode.IsHeldByTestServer)
        {
            diagnostics.Log.TestServer(options.Current.BaseAddress.Host);
        }
    }
}
