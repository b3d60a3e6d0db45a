using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Intilery.AspNetCore.Hosting;

/// <summary>
/// Completes the registrations of every host that has the package's services, after the application has registered its own.
/// WebApplicationFactory and EF Core's tools find hosts by the same event, which is raised when <c>Build()</c> is called, before any
/// callback runs.
/// </summary>
internal sealed class HostBuildingObserver : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private const string ListenerName = "Microsoft.Extensions.Hosting";
    private const string EventName = "HostBuilding";

    private static int _isSubscribed;

    /// <summary>
    /// Observes the hosts that are built afterwards, until the process ends: <c>Host.CreateDefaultBuilder</c> runs the hosting
    /// startup only after the event. Repeated calls have no effect.
    /// </summary>
    public static void Subscribe()
    {
        if (Interlocked.Exchange(ref _isSubscribed, 1) == 0)
        {
            DiagnosticListener.AllListeners.Subscribe(new HostBuildingObserver());
        }
    }

    /// <summary>
    /// Returns whether the registrations of a host will be completed: its event was observed, or is still to come, as for builders that run
    /// hosting startups at once.
    /// </summary>
    public static bool Completes(IServiceCollection services)
    {
        var host = services.LastOrDefault(descriptor => descriptor.ServiceType == typeof(HostBuilderContext) && !descriptor.IsKeyedService);
        return host?.ImplementationInstance is HostBuilderContext context
            && (context.Properties.ContainsKey(typeof(HostBuildingObserver)) || context.Configuration is IConfigurationManager);
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == ListenerName)
        {
            // The listener lives as long as Build() runs, and the subscription with it.
            value.Subscribe(this, static name => name == EventName);
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value is not { Key: EventName, Value: IHostBuilder builder })
        {
            return;
        }

        builder.Properties[typeof(HostBuildingObserver)] = this;

        // Added while the configuration is built, after all observers of the event have added their callbacks: this one is the last.
        builder.ConfigureAppConfiguration((_, _) => builder.ConfigureServices((_, services) => ServiceRegistration.Complete(services)));
    }

    public void OnCompleted()
    {
        // A host has been built.
    }

    public void OnError(Exception error)
    {
        // Diagnostic listeners report no errors.
    }
}
