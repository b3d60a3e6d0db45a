using Intilery.AspNetCore.Capture.Endpoints;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>
/// Warns, once the application has started, that it does not call <c>UseIntileryLifecycleTracking()</c>: only where the application itself
/// registered the services, or where its endpoints have attributes of the package.
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
            // The host has ended as soon as it had started.
        }
        catch (Exception exception)
        {
            // The host runs as it would without us.
            services.GetRequiredService<LifecycleDiagnostics>().Failed("checking for the call of UseIntileryLifecycleTracking()", exception);
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

    // Tracking that is switched off is not missing. Invalid options do not hide the warning: they would fail the start once the call is there.
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
