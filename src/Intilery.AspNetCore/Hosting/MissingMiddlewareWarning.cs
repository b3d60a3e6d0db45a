using Intilery.AspNetCore.Capture.Endpoints;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>
/// Warns, after the start, if the application does not call <c>UseIntileryLifecycleTracking()</c>: only if the application
/// itself registered the services, or its endpoints have attributes of the package.
/// </summary>
internal sealed class MissingMiddlewareWarning(IServiceProvider services)
{
    private const int MaxNames = 3;

    /// <summary>Gets the check that was started.</summary>
    public Task Looking { get; private set; } = Task.CompletedTask;

    /// <summary>Checks in the background: building the endpoints takes time.</summary>
    public void Begin() => Looking = Task.Run(Look);

    private void Look()
    {
        try
        {
            if (Evidence() is { } evidence && IsWanted())
            {
                services.GetRequiredService<LifecycleDiagnostics>().Log.LineForgotten(evidence);
            }
        }
        catch (ObjectDisposedException)
        {
            // The host stopped right after its start.
        }
        catch (Exception exception)
        {
            // A failure does not affect the host.
            services.GetRequiredService<LifecycleDiagnostics>().Failed(
                "checking for the call of UseIntileryLifecycleTracking()", exception);
        }
    }

    private string? Evidence()
    {
        if (services.GetService<ExplicitRegistration>() is not null)
        {
            return "AddIntilery() is called";
        }

        if (!EndpointAttributeUse.IsLikely() || services.GetService<EndpointDataSource>() is not { } source)
        {
            return null;
        }

        var inspection = services.GetRequiredService<EndpointInspection>();
        var names = inspection.NamesOfAsking(inspection.EndpointsOf(source));
        return names.Count == 0
            ? null
            : $"endpoints ask for events: {string.Join(", ", names.Take(MaxNames))}{(names.Count > MaxNames ? $" and {names.Count - MaxNames} more" : string.Empty)}";
    }

    // No warning if tracking is switched off. Invalid options do not suppress it: they fail the start once the call is added.
    private bool IsWanted()
    {
        try
        {
            return services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Enabled;
        }
        catch (OptionsValidationException)
        {
            return true;
        }
    }
}
