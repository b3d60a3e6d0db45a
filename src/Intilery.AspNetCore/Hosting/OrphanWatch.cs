using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Takes over the intents, events and spill files of terminated processes, in the outbox that they shared with this one.</summary>
internal sealed class OrphanWatch(
    IOutboxReader outbox,
    OutboxWriter writer,
    OutboxSpill spill,
    IntentRecovery recovery,
    IOptionsMonitor<IntileryOptions> options,
    TimeProvider time,
    LifecycleDiagnostics diagnostics) : IBackgroundLoop
{
    /// <summary>The interval at which terminated processes are looked for.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    // A full outbox cannot take over events before delivery makes room, and delivery starts after the first pass.
    private static readonly TimeSpan _longestRestore = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private Task _restoring = Task.CompletedTask;
    private Task _looking = Task.CompletedTask;

    public string Activity => "recovering the events of processes that ended";

    /// <summary>
    /// Reads spill files back and claims what ended processes left, so that delivery can start. Returns the greatest id that was claimed; 0
    /// if nothing was.
    /// </summary>
    public async Task<long> ClaimAsync(CancellationToken cancellationToken)
    {
        await RestoreAsync(cancellationToken).ConfigureAwait(false);
        return await outbox.ClaimOrphansAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes over what waits at the start, and reports what waits for another destination.</summary>
    public async Task LookFirstAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken).ConfigureAwait(false);
        var status = await outbox.GetStatusAsync(cancellationToken).ConfigureAwait(false);
        var others = status.RowsByDestination.Where(pair => pair.Key != options.CurrentValue.Destination).ToList();
        if (others.Count > 0)
        {
            diagnostics.Log.OtherDestinations(others.Sum(pair => pair.Value), string.Join(", ", others.Select(pair => pair.Key)));
        }
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            await Task.Delay(Interval, time, stopping).ConfigureAwait(false);
            await LookAsync(stopping).ConfigureAwait(false);
        }
    }

    // One pass at a time: two would compose the same intents twice, of which only one is recorded.
    private Task LookAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _looking = LookAfterAsync(_looking, cancellationToken);
        }
    }

    private async Task LookAfterAsync(Task before, CancellationToken cancellationToken)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);

        // First, because the spilled events of a change are newer than its intents.
        await RestoreAsync(cancellationToken).ConfigureAwait(false);
        var orphans = await outbox.ReadOrphanedIntentsAsync(cancellationToken).ConfigureAwait(false);
        await recovery.RecoverAsync(orphans, cancellationToken).ConfigureAwait(false);

        if (await outbox.CountNewerAsync(options.CurrentValue.Destination, cancellationToken).ConfigureAwait(false) is > 0 and var newer
            && diagnostics.ShouldLog(nameof(outbox.CountNewerAsync), out var unlogged))
        {
            diagnostics.Log.NewerEntries(newer, unlogged);
        }

        // Delivery was not signalled about the events that were taken over.
        writer.Wake();
    }

    private async Task RestoreAsync(CancellationToken cancellationToken)
    {
        if (_restoring.IsCompleted)
        {
            _restoring = spill.RestoreAsync(writer.RestoreAsync, recovery.RecoverAsync, cancellationToken);
        }

        using var waited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (await Task.WhenAny(_restoring, Task.Delay(_longestRestore, time, waited.Token)).ConfigureAwait(false) == _restoring)
        {
            await waited.CancelAsync().ConfigureAwait(false);
            await _restoring.ConfigureAwait(false);
        }
    }
}
