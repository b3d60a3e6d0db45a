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
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _givingUp = new();
    private readonly OutboxKeeper? _keeper = mode.KeepsEvents ? services.GetService<OutboxKeeper>() : null;
    private Task _ready = Task.CompletedTask;
    private Task _started = Task.CompletedTask;
    private Task _running = Task.CompletedTask;

    /// <summary>Opens the outbox, whose faults are the start's, and sets the rest to work.</summary>
    public void Start()
    {
        services.GetRequiredService<IScopeSettler>();
        if (mode.KeepsEvents)
        {
            services.GetRequiredService<OutboxWriter>().Start();
        }

        _ready = _keeper is not null ? Task.Run(_keeper.Start) : Task.CompletedTask;
        _started = Task.Run(ReportAsync);
        _running = mode.Delivers ? DeliverAsync() : _started;
    }

    /// <summary>
    /// Waits until the outbox has been seen to work, so that the first request finds it ready; not for long, because a database that is
    /// away is no reason not to start.
    /// </summary>
    public async Task ReadyAsync(CancellationToken cancellationToken) =>
        await Task.WhenAny(_ready, Task.Delay(_longestWait, cancellationToken)).ConfigureAwait(false);

    /// <summary>Writes what is in memory, delivers what waits until the deadline, and leaves the rest to the outbox.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _keeper?.StopSettling();
        using var deadline = new CancellationTokenSource(options.Current.Delivery.ShutdownTimeout, services.GetRequiredService<TimeProvider>());
        await using var onDeadline = deadline.Token.Register(_givingUp.Cancel).ConfigureAwait(false);
        await using var onHostDeadline = cancellationToken.Register(_givingUp.Cancel).ConfigureAwait(false);
        await EndOrDeadlineAsync(_started).ConfigureAwait(false);
        if (mode.KeepsEvents)
        {
            await services.GetRequiredService<OutboxWriter>().StopAsync(_givingUp.Token).ConfigureAwait(false);
        }

        // A request under way is waited for: cut off, its events would be sent once more although Intilery has them.
        await EndOrDeadlineAsync(_running).ConfigureAwait(false);
        if (mode.Delivers)
        {
            await services.GetRequiredService<DeliveryWorker>().DrainAsync(_givingUp.Token).ConfigureAwait(false);
        }

        if (_keeper is not null)
        {
            await _keeper.StopAsync().ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        // A host whose start failed is disposed without a stop.
        _stopping.Cancel();
        _givingUp.Cancel();
        _stopping.Dispose();
        _givingUp.Dispose();
    }

    // A store that hangs holds its caller for as long as it likes, but not the host.
    private async Task EndOrDeadlineAsync(Task work) =>
        await Task.WhenAny(work, Task.Delay(Timeout.InfiniteTimeSpan, _givingUp.Token)).ConfigureAwait(false);

    private async Task DeliverAsync()
    {
        await _started.ConfigureAwait(false);
        await services.GetRequiredService<DeliveryWorker>().RunAsync(_stopping.Token, _givingUp.Token).ConfigureAwait(false);
    }

    private async Task ReportAsync()
    {
        try
        {
            await _ready.ConfigureAwait(false);
            await ActivatorUtilities.CreateInstance<StartupReport>(services).WriteAsync().ConfigureAwait(false);
            if (mode.KeepsEvents)
            {
                await RecoverAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            // The host runs whatever becomes of our report, and delivery goes on.
            diagnostics.Failed("starting", exception);
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
