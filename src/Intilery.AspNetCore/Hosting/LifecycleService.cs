using System.Reflection;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>
/// The hosted service of lifecycle tracking. Tracking starts once <c>UseIntileryLifecycleTracking()</c> was called and the host starts, in
/// either order: with a <c>Startup</c> class the call runs while the server starts, otherwise before. It stops last, when no request runs
/// any more. Nothing else of the package is created before tracking starts, so a host that never calls it is not affected.
/// </summary>
internal sealed class LifecycleService(IServiceProvider services) : IHostedLifecycleService, IDisposable
{
    private readonly Lock _gate = new();
    private bool _isArmed;
    private bool _isHostStarting;
    private bool _isDecided;
    private bool _knowsLifecycle;
    private TrackingRuntime? _runtime;

    /// <summary>Gets a value indicating whether tracking runs or is about to.</summary>
    public bool WillRun =>
        _isArmed && !BuildTimeTool.IsRunning && services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Enabled;

    /// <summary>Records the call of <c>UseIntileryLifecycleTracking()</c>.</summary>
    public void Arm()
    {
        lock (_gate)
        {
            _isArmed = true;
            StartIfReady();
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _knowsLifecycle = true;
        return StartAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        HostStarting();
        return _runtime?.ReadyAsync(cancellationToken) ?? Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // <c>WebHost</c> calls only a hosted service's start and stop.
    public Task StopAsync(CancellationToken cancellationToken) => _knowsLifecycle ? Task.CompletedTask : StoppedAsync(cancellationToken);

    public Task StoppedAsync(CancellationToken cancellationToken) => _runtime?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public void Dispose() => _runtime?.Dispose();

    private void HostStarting()
    {
        lock (_gate)
        {
            if (_isHostStarting)
            {
                return;
            }

            _isHostStarting = true;
            _isArmed |= services.GetService<ExplicitRegistration>() is not null && !services.GetRequiredService<RuntimeMode>().HasServer;
            StartIfReady();
        }

        // Every branch of the pipeline is built by then, and so the call was made if the application has it.
        services.GetService<IHostApplicationLifetime>()?.ApplicationStarted.Register(HostStarted);
    }

    private void HostStarted()
    {
        lock (_gate)
        {
            if (_isArmed || BuildTimeTool.IsRunning)
            {
                if (_runtime is not null)
                {
                    services.GetRequiredService<CoverageLog>().Begin();
                }

                return;
            }
        }

        services.GetRequiredService<MissingMiddlewareWarning>().Begin();
    }

    private void StartIfReady()
    {
        if (!_isArmed || !_isHostStarting || _isDecided || BuildTimeTool.IsRunning)
        {
            return;
        }

        _isDecided = true;

        // Reading the options validates them: every error fails the start, in one exception.
        if (!services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Enabled)
        {
            services.GetRequiredService<LifecycleDiagnostics>().Log.Disabled();
            return;
        }

        services.GetRequiredService<MappingCheck>().Check();
        services.GetRequiredService<LifecycleFeed>().Open([.. services.GetServices<ILifecycleEventObserver>()]);
        _runtime = services.GetRequiredService<TrackingRuntime>();
        _runtime.Start();
        services.GetRequiredService<CaptureSwitch>().TurnOn();
    }
}

/// <summary>
/// Detects build-time tools that run the application: the OpenAPI document generator starts it without a
/// server, and Entity Framework's tools build it. They have no key, and must not deliver anything.
/// </summary>
internal static class BuildTimeTool
{
    public static bool IsRunning { get; } = Assembly.GetEntryAssembly()?.GetName().Name is "GetDocument.Insider" or "ef" or "dotnet-ef";
}
