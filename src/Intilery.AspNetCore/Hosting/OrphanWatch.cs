
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Looks from time to time whether a process has ended that shared this one's outbox, and finishes its work.</summary>
internal sealed class OrphanWatch(
    IOutboxReader outbox, IntentRecovery recovery, OutboxSignal signal, TimeProvider time, LifecycleDiagnostics diagnostics)
{
    /// <summary>How long a process may be gone before it is noticed.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    /// <summary>Takes over what ended processes left, and settles what they had committed and not settled.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var orphans = await outbox.ReadOrphanedIntentsAsync(cancellationToken).ConfigureAwait(false);
        await recovery.RecoverAsync(orphans, cancellationToken).ConfigureAwait(false);
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Interval, time, stopping).ConfigureAwait(false);
                await LookAsync(stopping).ConfigureAwait(false);

                // What was taken over came by no commit of ours.
                signal.Set();
            }
            catch (OperationCanceledException)
            {
                // Stopped; the loop's condition sees it.
            }
            catch (Exception exception)
            {
                diagnostics.Failed("looking for the events of processes that ended", exception);
            }
        }
    }
}
