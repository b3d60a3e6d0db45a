using Intilery.AspNetCore.Capture.Endpoints;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>
/// Says, of an application that has started without the one line, that it is missing: where the application itself registered the
/// services, or its endpoints ask for events. A host that has the package on board for others hears nothing.
/// </summary>
internal sealed class ForgottenLine(IServiceProvider services)
{
    private const int MaxNames = 3;

    /// <summary>Gets the look that was begun, for whoever wants to know how it ended.</summary>
    public Task Looking { get; private set; } = Task.CompletedTask;

    /// <summary>Looks, without holding up the host: making its endpoints takes time.</summary>
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
            services.GetRequiredService<LifecycleDiagnostics>().Failed("looking for the line that arms tracking", exception);
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

    // Switched off is not forgotten. Options that are wrong are not: they would stop the start of an armed application.
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
