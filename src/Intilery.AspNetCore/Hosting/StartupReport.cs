using Intilery.AspNetCore.Capture.Authentication;
using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Says in one line what is armed, and warns of what is plainly missing.</summary>
internal sealed class StartupReport(IServiceProvider services, RuntimeMode mode, IOptionsMonitor<IntileryOptions> options, RegisteredContexts contexts, LifecycleDiagnostics diagnostics)
{
    public async Task WriteAsync()
    {
        var schemes = services.GetService<IAuthenticationSchemeProvider>();
        diagnostics.Log.Armed(
            List(schemes is null ? [] : await services.GetRequiredService<TrackedSchemes>().NamesAsync().ConfigureAwait(false)),
            List(contexts.WithIdentityUsers),
            List(options.CurrentValue.Tenant.EffectiveClaimTypes),
            mode.KeepsEvents ? services.GetRequiredService<IOutboxStore>().Description : "none",
            Destination());
        WriteMode();
        await WriteDoubtsAsync(schemes).ConfigureAwait(false);
    }

    private string Destination() =>
        !mode.KeepsEvents ? "none" : mode.Delivers ? options.CurrentValue.Destination : options.CurrentValue.Destination + " (recorded only, Intilery:Delivery:Enabled is off)";

    private async Task WriteDoubtsAsync(IAuthenticationSchemeProvider? schemes)
    {
        if (options.CurrentValue.UnknownKeys.Count > 0)
        {
            diagnostics.Log.UnknownKeys(List(options.CurrentValue.UnknownKeys));
        }

        if (schemes is not null && options.CurrentValue.TrackedSchemes.Count > 0)
        {
            var registered = (await schemes.GetAllSchemesAsync().ConfigureAwait(false)).Select(scheme => scheme.Name).ToList();
            var unknown = options.CurrentValue.TrackedSchemes.Except(registered).ToList();
            if (unknown.Count > 0)
            {
                diagnostics.Log.UnknownSchemes(List(unknown), List(registered));
            }
        }

        if (contexts.WithIdentityUsers.Count == 0 && !services.GetServices<EntityMapping>().Any(mapping => mapping is UserMapping))
        {
            if (contexts.HasUserStore)
            {
                diagnostics.Log.NoIdentityContext();
            }
            else
            {
                diagnostics.Log.UsersElsewhere();
            }
        }

        if (await services.GetRequiredService<AuthenticationPath>().IsBypassedAsync(services).ConfigureAwait(false))
        {
            diagnostics.Log.AuthenticationBypassed();
        }
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } list ? list : "none";

    private void WriteMode()
    {
        if (options.CurrentValue.CaptureOnly)
        {
            diagnostics.Log.CaptureOnly();
        }
        else if (options.CurrentValue.HasNoAccount)
        {
            diagnostics.Log.NoAccount();
        }
        else if (mode.IsHeldByTestServer)
        {
            diagnostics.Log.TestServer(options.CurrentValue.BaseAddress.Host);
        }
    }
}
