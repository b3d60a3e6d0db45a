using Intilery.AspNetCore.Deliver;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Enrich;
using Intilery.AspNetCore.Outbox;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Setup;

/// <summary>The stages behind capture, running.</summary>
internal sealed class LifecyclePipeline(IServiceProvider services, RuntimeMode mode, LiveOptions options, LifecycleDiagnostics diagnostics)
    : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Opens the outbox, whose faults are the start's, and sets the rest to work.</summary>
    public void Start()
    {
        services.GetRequiredService<IScopeSettler>();
        if (mode.KeepsEvents)
        {
            services.GetRequiredService<OutboxWriter>().Start();
        }

        _running = Task.Run(RunAsync);
    }

    /// <summary>Writes what is in memory, delivers what waits until the deadline, and leaves the rest to the outbox.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        if (!mode.KeepsEvents)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(options.Current.Delivery.ShutdownTimeout, services.GetRequiredService<TimeProvider>());
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        await services.GetRequiredService<OutboxWriter>().StopAsync(either.Token).ConfigureAwait(false);
        if (mode.Delivers)
        {
            await services.GetRequiredService<DeliveryWorker>().DrainAsync(either.Token).ConfigureAwait(false);
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync()
    {
        try
        {
            await ActivatorUtilities.CreateInstance<StartupReport>(services).WriteAsync().ConfigureAwait(false);
            if (mode.KeepsEvents)
            {
                await RecoverAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped as soon as started; the next start recovers what is left.
        }
        catch (Exception exception)
        {
            // The host runs whatever becomes of our report; delivery goes on below.
            diagnostics.Failed("starting", exception);
        }

        if (mode.Delivers)
        {
            await services.GetRequiredService<DeliveryWorker>().RunAsync(_stopping.Token).ConfigureAwait(false);
        }
    }

    private async Task RecoverAsync()
    {
        var outbox = services.GetRequiredService<IOutboxReader>();
        var orphans = await outbox.ReadOrphanedIntentsAsync(_stopping.Token).ConfigureAwait(false);
        await services.GetRequiredService<IntentRecovery>().RecoverAsync(orphans, _stopping.Token).ConfigureAwait(false);
        var status = await outbox.GetStatusAsync(_stopping.Token).ConfigureAwait(false);
        var others = status.RowsByDestination.Where(pair => pair.Key != options.Current.Destination).ToList();
        if (others.Count > 0)
        {
            diagnostics.Log.OtherDestinations(others.Sum(pair => pair.Value), string.Join(", ", others.Select(pair => pair.Key)));
        }
    }
}
