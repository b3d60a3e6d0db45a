using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Intilery.AspNetCore.Setup;

/// <summary>
/// Completes the registration of every host that holds ours, once all of the application's own registrations are there. The event is the
/// one that WebApplicationFactory and EF Core's tools find hosts by; it comes when <c>Build()</c> is called, before any callback runs.
/// </summary>
internal sealed class HostBuildingObserver : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private const string ListenerName = "Microsoft.Extensions.Hosting";
    private const string EventName = "HostBuilding";

    private static int _isSubscribed;

    /// <summary>
    /// Makes sure that the hosts which are built from here on are seen, for as long as the process lives: some run our hosting startup only
    /// after the event. Calling it again changes nothing.
    /// </summary>
    public static void Subscribe()
    {
        if (Interlocked.Exchange(ref _isSubscribed, 1) == 0)
        {
            DiagnosticListener.AllListeners.Subscribe(new HostBuildingObserver());
        }
    }

    /// <summary>Whether the host that these services are of has been seen, or will be: one of the newer builders, which has not been built yet.</summary>
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
            // It is disposed with the end of the host's building, and the subscription with it.
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

        // Added while the configuration is made, when all who observe the event have added their callbacks: so this one is the last.
        builder.ConfigureAppConfiguration((_, _) => builder.ConfigureServices((_, services) => ServiceRegistration.Complete(services)));
    }

    public void OnCompleted()
    {
        // A host has been built.
    }

    public void OnError(Exception error)
    {
        // Listeners of diagnostics report none.
    }
}
