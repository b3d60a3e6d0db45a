using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Hosting;

/// <summary>The outbox of a running application, from the start to the stop.</summary>
/// <param name="writer">Writes events.</param>
/// <param name="store">The store to which the writer writes.</param>
/// <param name="recovery">Takes over what terminated processes left.</param>
/// <param name="heartbeat">Writes the heartbeat for other processes.</param>
/// <param name="delivery">Delivers; <see langword="null"/> if this process only records.</param>
/// <param name="ids">Creates the ids of rows.</param>
/// <param name="diagnostics">Reports lost events.</param>
internal sealed class OutboxRuntime(
    OutboxWriter writer,
    IOutboxStore store,
    OrphanWatch recovery,
    OutboxHeartbeat heartbeat,
    DeliveryWorker? delivery,
    RowIdSequence ids,
    LifecycleDiagnostics diagnostics)
{
    private static readonly TimeSpan _longestReserve = TimeSpan.FromSeconds(1);

    private Task _delivering = Task.CompletedTask;

    public OrphanWatch Recovery => recovery;

    /// <summary>Returns the part of the shutdown time-out that is reserved for saving unwritten events, and for handing over.</summary>
    public static TimeSpan Reserve(TimeSpan timeout) => timeout / 5 < _longestReserve ? timeout / 5 : _longestReserve;

    public void Open() => writer.Start();

    /// <summary>Starts the heartbeat, and makes the ids of new events follow those of waiting events.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await heartbeat.StartAsync(cancellationToken).ConfigureAwait(false);
        ids.StartAfter(await store.GetLastIdAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// Claims what ended processes left, and lets the ids of new events follow it. Delivery goes on while it is taken over.
    /// </summary>
    public async Task ClaimAsync(CancellationToken cancellationToken) =>
        ids.StartAfter(await recovery.ClaimAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>Delivers, once what other processes left was claimed.</summary>
    public void Deliver(Task claimed, CancellationToken stopping, CancellationToken givingUp) =>
        _delivering = delivery is null
            ? Task.CompletedTask
            : Task.Run(() => DeliverAsync(delivery, claimed, stopping, givingUp), CancellationToken.None);

    /// <summary>Writes and delivers until the first token is cancelled; the second one ends the stop itself.</summary>
    public async Task StopAsync(CancellationToken givingUp, CancellationToken ending)
    {
        await writer.StopAsync(givingUp).ConfigureAwait(false);

        // A pending request is waited for: Intilery may have received its events, which would otherwise be sent again.
        await _delivering.WaitAsync(givingUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (delivery is not null)
        {
            // A store that hangs blocks this task, but not the host's stop.
            await delivery.DrainAsync(store.SurvivesProcess, givingUp).WaitAsync(givingUp).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!store.SurvivesProcess && await store.GetStatusAsync(CancellationToken.None).ConfigureAwait(false) is { Rows: > 0 } left)
        {
            diagnostics.Dropped((int)left.Rows, Reasons.Stopped);
        }

        await heartbeat.StopAsync(ending).ConfigureAwait(false);
    }

    private static async Task DeliverAsync(DeliveryWorker delivery, Task claimed, CancellationToken stopping, CancellationToken givingUp)
    {
        await claimed.ConfigureAwait(false);
        await delivery.RunAsync(stopping, givingUp).ConfigureAwait(false);
    }
}

/// <summary>
/// Writes the heartbeat of this process for the others that share the outbox, until it hands over to them. An outbox of a single process
/// needs none.
/// </summary>
internal sealed class OutboxHeartbeat(TimeProvider time, LifecycleDiagnostics diagnostics, INodeHeartbeat? upkeep = null) : IDisposable
{
    private static readonly TimeSpan _longestHandover = TimeSpan.FromSeconds(1);

    // Not disposed: a stop may be in progress, and there is nothing to release.
    private readonly CancellationTokenSource _stopping = new();
    private Task _beating = Task.CompletedTask;

    /// <summary>Starts; the returned task completes after the first beat.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (upkeep is not null)
        {
            var first = upkeep.BeatAsync(_stopping.Token);
            _beating = RunAsync(upkeep, first);
            await first.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Hands over to the other processes, for as long as the token allows and at most a second.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (upkeep is null)
        {
            return;
        }

        using var timeout = new CancellationTokenSource(_longestHandover, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        await LeaveAsync(upkeep, either.Token).WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // A host whose start failed is disposed without a stop.
    public void Dispose() => _stopping.Cancel();

    private async Task LeaveAsync(INodeHeartbeat upkeep, CancellationToken cancellationToken)
    {
        await _beating.ConfigureAwait(false);
        await upkeep.LeaveAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task RunAsync(INodeHeartbeat upkeep, Task first)
    {
        await TryAsync(first).ConfigureAwait(false);
        while (!_stopping.IsCancellationRequested)
        {
            await Task.Delay(upkeep.Every, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await TryAsync(upkeep.BeatAsync(_stopping.Token)).ConfigureAwait(false);
        }
    }

    private async Task TryAsync(Task beat)
    {
        try
        {
            await beat.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception exception)
        {
            // The next heartbeat may succeed.
            diagnostics.Failed("writing the heartbeat of this process", exception);
        }
    }
}
