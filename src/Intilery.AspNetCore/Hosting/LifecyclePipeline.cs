using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Commands;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Trials;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>The stages behind capture, running.</summary>
internal sealed class LifecyclePipeline(
    IServiceProvider services, RuntimeMode mode, IOptionsMonitor<IntileryOptions> options, TimeProvider time, LifecycleDiagnostics diagnostics) : IDisposable
{
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(2);

    // Cancelled and never disposed, for a stop may come beside a disposal, or after it: without timers there is nothing to free.
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _givingUp = new();
    private readonly CancellationTokenSource _hostGivesUp = new();
    private readonly Lock _gate = new();
    private readonly HeartbeatService? _keeper = mode.KeepsEvents ? services.GetService<HeartbeatService>() : null;
    private Task _ready = Task.CompletedTask;
    private Task _reported = Task.CompletedTask;
    private Task _started = Task.CompletedTask;
    private Task _running = Task.CompletedTask;
    private Task _watching = Task.CompletedTask;
    private Task _sweeping = Task.CompletedTask;
    private Task _ticking = Task.CompletedTask;
    private OutboxWriter? _writer;
    private Task? _stopped;
    private volatile bool _isDisposed;

    /// <summary>Opens the outbox, whose faults are the start's, and sets the rest to work.</summary>
    public void Start()
    {
        services.GetRequiredService<IScopeCommitter>();
        services.GetRequiredService<TrialPermission>().Check(services.GetServices<EntityMapping>());
        if (mode.KeepsEvents)
        {
            _writer = services.GetRequiredService<OutboxWriter>();
            _writer.Start();
            services.GetRequiredService<OutboxInspection>().Report();
        }

        _ready = mode.KeepsEvents ? Task.Run(() => TryAsync("looking at what waits in the outbox", PrepareAsync)) : Task.CompletedTask;

        // The report asks the host's own services, which may take their time or fail: nothing but the stop waits for it.
        _reported = Task.Run(() => TryAsync("reporting the start", ActivatorUtilities.CreateInstance<StartupReport>(services).WriteAsync));
        _started = mode.KeepsEvents ? Task.Run(() => TryAsync("recovering the events of a process that ended", RecoverAsync)) : Task.CompletedTask;
        _running = mode.Delivers ? DeliverAsync() : _started;
        _watching = mode.Delivers ? WatchAsync() : _started;
        _ticking = services.GetRequiredService<TrialPermission>().RunsClock ? TickAsync() : _started;
        _sweeping = mode.KeepsEvents ? Task.Run(() => services.GetRequiredService<DeadLetterRetention>().RunAsync(_stopping.Token)) : _started;
    }

    /// <summary>
    /// Waits until the outbox has been seen to work, so that the first request finds it ready; not for long, because a database that is
    /// away is no reason not to start.
    /// </summary>
    public async Task ReadyAsync(CancellationToken cancellationToken) =>
        await Task.WhenAny(_ready, Task.Delay(_longestWait, cancellationToken)).ConfigureAwait(false);

    /// <summary>
    /// Writes what is in memory, delivers what waits until the deadline, and leaves the rest to the outbox. Once: a host that is told
    /// to stop from two sides stops its services twice. After a disposal there is nothing left to stop.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await using var onHostDeadline = cancellationToken.Register(_hostGivesUp.Cancel).ConfigureAwait(false);
        Task stopped;
        lock (_gate)
        {
            stopped = _stopped ??= _isDisposed ? Task.CompletedTask : StopOnceAsync(_hostGivesUp.Token);
        }

        await stopped.ConfigureAwait(false);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
        }

        // A host whose start failed is disposed without a stop.
        _stopping.Cancel();
        _givingUp.Cancel();
        _hostGivesUp.Cancel();
    }

    private async Task StopOnceAsync(CancellationToken hostGivesUp)
    {
        // Nothing of it runs under the lock.
        await Task.Yield();
        try
        {
            await EndAsync(hostGivesUp).ConfigureAwait(false);
        }
        catch (Exception exception) when (!_isDisposed)
        {
            // The host stops whatever becomes of our stop; what the outbox has, it keeps.
            diagnostics.Failed("stopping", exception);
        }
        catch (Exception)
        {
            // The host took our services away while they stopped: it waits for nothing any more.
        }
    }

    private async Task EndAsync(CancellationToken hostGivesUp)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        using var deadline = new CancellationTokenSource(options.CurrentValue.Delivery.ShutdownTimeout, time);
        await using var onDeadline = deadline.Token.Register(_givingUp.Cancel).ConfigureAwait(false);
        await using var onHostDeadline = hostGivesUp.Register(_givingUp.Cancel).ConfigureAwait(false);
        await EndOrDeadlineAsync(Task.WhenAll(_reported, _watching, _sweeping, _ticking)).ConfigureAwait(false);
        if (_writer is not null)
        {
            // As long as the host allows: the deadline is for what the outbox keeps anyway, this is not kept yet.
            await _writer.StopAsync(hostGivesUp).ConfigureAwait(false);
        }

        // A request under way is waited for: cut off, its events would be sent once more although Intilery has them.
        await EndOrDeadlineAsync(_running).ConfigureAwait(false);
        if (mode.KeepsEvents)
        {
            await DrainAsync(services.GetRequiredService<IOutboxStore>()).ConfigureAwait(false);
        }

        if (_keeper is not null)
        {
            await _keeper.StopAsync().ConfigureAwait(false);
        }
    }

    // A store that hangs holds its caller for as long as it likes, but not the host.
    private async Task EndOrDeadlineAsync(Task work) =>
        await Task.WhenAny(work, Task.Delay(Timeout.InfiniteTimeSpan, _givingUp.Token)).ConfigureAwait(false);

    private async Task DrainAsync(IOutboxStore store)
    {
        if (mode.Delivers)
        {
            await services.GetRequiredService<DeliveryWorker>().DrainAsync(store.SurvivesProcess, _givingUp.Token).ConfigureAwait(false);
        }

        if (!store.SurvivesProcess && await store.GetStatusAsync(CancellationToken.None).ConfigureAwait(false) is { Rows: > 0 } left)
        {
            diagnostics.Dropped((int)left.Rows, Reasons.Stopped);
        }
    }

    private async Task DeliverAsync()
    {
        await _started.ConfigureAwait(false);
        await services.GetRequiredService<DeliveryWorker>().RunAsync(_stopping.Token, _givingUp.Token).ConfigureAwait(false);
    }

    // Only who delivers: another process would take the events away from one that does.
    private async Task WatchAsync()
    {
        await _started.ConfigureAwait(false);
        await services.GetRequiredService<OrphanWatch>().RunAsync(_stopping.Token).ConfigureAwait(false);
    }

    private async Task TickAsync()
    {
        await _started.ConfigureAwait(false);
        if (!mode.KeepsEvents)
        {
            // No trial comes but by this process's own word: without one, not even the clock is made.
            await services.GetRequiredService<OutboxSignal>().WaitForTrialsAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stopping.IsCancellationRequested)
            {
                return;
            }
        }

        await services.GetRequiredService<TrialClock>().RunAsync(_stopping.Token).ConfigureAwait(false);
    }

    private async Task TryAsync(string what, Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped as soon as started; the next start recovers what is left.
        }
        catch (Exception exception)
        {
            // The host runs whatever becomes of our start, and delivery goes on.
            diagnostics.Failed(what, exception);
        }
    }

    private async Task PrepareAsync()
    {
        if (_keeper is not null)
        {
            await _keeper.StartAsync().ConfigureAwait(false);
        }

        var waiting = await services.GetRequiredService<IOutboxReader>().GetStatusAsync(_stopping.Token).ConfigureAwait(false);
        services.GetRequiredService<RowIdSequence>().StartAfter(waiting.LastId);
    }

    private async Task RecoverAsync()
    {
        await _ready.ConfigureAwait(false);
        await services.GetRequiredService<OrphanWatch>().LookAsync(_stopping.Token).ConfigureAwait(false);
        var status = await services.GetRequiredService<IOutboxReader>().GetStatusAsync(_stopping.Token).ConfigureAwait(false);
        var others = status.RowsByDestination.Where(pair => pair.Key != options.CurrentValue.Destination).ToList();
        if (others.Count > 0)
        {
            diagnostics.Log.OtherDestinations(others.Sum(pair => pair.Value), string.Join(", ", others.Select(pair => pair.Key)));
        }
    }
}
