using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Hosting;

/// <summary>The outbox of a running application, from its opening to the end of the process.</summary>
/// <param name="writer">Writes what is recorded.</param>
/// <param name="store">Where it is written.</param>
/// <param name="recovery">Takes over what other processes left.</param>
/// <param name="heartbeat">Shows other processes that this one is alive.</param>
/// <param name="delivery">Delivers; <see langword="null"/> where this process only records.</param>
/// <param name="ids">Makes the ids of what is recorded.</param>
/// <param name="diagnostics">Reports what is lost.</param>
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

    /// <summary>Returns the part of a stop that is kept for saving what could not be written, and for handing over.</summary>
    public static TimeSpan Reserve(TimeSpan timeout) => timeout / 5 < _longestReserve ? timeout / 5 : _longestReserve;

    public void Open() => writer.Start();

    /// <summary>Shows other processes that this one is alive, and lets the ids of new events follow those that wait.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await heartbeat.StartAsync(cancellationToken).ConfigureAwait(false);
        var waiting = await store.GetStatusAsync(cancellationToken).ConfigureAwait(false);
        ids.StartAfter(waiting.LastId);
    }

    /// <summary>Delivers, once what other processes left was taken over.</summary>
    public void Deliver(Task recovered, CancellationToken stopping, CancellationToken givingUp) =>
        _delivering = delivery is null ? Task.CompletedTask : Task.Run(() => DeliverAsync(delivery, recovered, stopping, givingUp), CancellationToken.None);

    /// <summary>Writes and delivers until the first token is cancelled, and ends when the second is.</summary>
    public async Task StopAsync(CancellationToken givingUp, CancellationToken ending)
    {
        await writer.StopAsync(givingUp).ConfigureAwait(false);

        // A request under way is waited for: Intilery may have its events, which would be sent again.
        await _delivering.WaitAsync(givingUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (delivery is not null)
        {
            // A store that hangs holds its caller for as long as it likes, but not the host.
            await delivery.DrainAsync(store.SurvivesProcess, givingUp).WaitAsync(givingUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!store.SurvivesProcess && await store.GetStatusAsync(CancellationToken.None).ConfigureAwait(false) is { Rows: > 0 } left)
        {
            diagnostics.Dropped((int)left.Rows, Reasons.Stopped);
        }

        await heartbeat.StopAsync(ending).ConfigureAwait(false);
    }

    private static async Task DeliverAsync(DeliveryWorker delivery, Task recovered, CancellationToken stopping, CancellationToken givingUp)
    {
        await recovered.ConfigureAwait(false);
        await delivery.RunAsync(stopping, givingUp).ConfigureAwait(false);
    }
}
