using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>
/// Brings tracking to life when both have happened, in either order: the one line has armed it, and the host is starting. With a
/// <c>Startup</c> class the line runs while the server starts; otherwise before.
/// </summary>
internal sealed class Activation(IServiceProvider services) : IDisposable
{
    private readonly Lock _gate = new();
    private bool _isArmed;
    private bool _isHostStarting;
    private bool _isDecided;
    private LifecyclePipeline? _pipeline;

    /// <summary>Gets a value indicating whether tracking runs or is going to, as far as the lines that have run say.</summary>
    public bool WillRun => _isArmed && !BuildTimeTool.IsRunning && services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Enabled;

    public void Arm()
    {
        lock (_gate)
        {
            _isArmed = true;
            ActivateIfReady();
        }
    }

    public void HostStarting()
    {
        lock (_gate)
        {
            if (_isHostStarting)
            {
                return;
            }

            _isHostStarting = true;
            _isArmed |= services.GetService<ExplicitRegistration>() is not null && !services.GetRequiredService<RuntimeMode>().HasServer;
            ActivateIfReady();
        }

        // By then every branch of the pipeline has been built, and the line has run if it is anywhere.
        services.GetService<IHostApplicationLifetime>()?.ApplicationStarted.Register(HostStarted);
    }

    /// <summary>Waits, for a short time, until what was activated is ready for the first request.</summary>
    public Task ReadyAsync(CancellationToken cancellationToken) => _pipeline?.ReadyAsync(cancellationToken) ?? Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => _pipeline?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public void Dispose() => _pipeline?.Dispose();

    private void HostStarted()
    {
        lock (_gate)
        {
            if (_isArmed || BuildTimeTool.IsRunning)
            {
                if (_pipeline is not null)
                {
                    services.GetRequiredService<CoverageLog>().Begin();
                    if (services.GetRequiredService<RuntimeMode>().HasServer)
                    {
                        _ = Task.Run(services.GetRequiredService<TokenSignInNotice>().WriteAsync);
                    }
                }

                return;
            }
        }

        services.GetRequiredService<ForgottenLine>().Begin();
    }

    private void ActivateIfReady()
    {
        if (!_isArmed || !_isHostStarting || _isDecided || BuildTimeTool.IsRunning)
        {
            return;
        }

        _isDecided = true;

        // Reading them validates them: what is wrong stops the start, all of it in one exception.
        if (!services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Enabled)
        {
            services.GetRequiredService<LifecycleDiagnostics>().Log.Disabled();
            return;
        }

        ActivatorUtilities.CreateInstance<MappingCheck>(services).Check();
        services.GetRequiredService<LifecycleFeed>().Open([.. services.GetServices<ILifecycleEventObserver>()]);
        _pipeline = ActivatorUtilities.CreateInstance<LifecyclePipeline>(services, services.GetRequiredService<HostClock>().Time);
        _pipeline.Start();
        services.GetRequiredService<CaptureSwitch>().TurnOn();
    }
}
