
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Delivery;

/// <summary>Deletes dead letters that nobody wanted for long enough: they hold personal data.</summary>
internal sealed class DeadLetterRetention(IOutboxStore outbox, IOptionsMonitor<IntileryOptions> options, LifecycleDiagnostics diagnostics, TimeProvider time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var purged = await outbox.PurgeAsync(time.GetUtcNow() - options.CurrentValue.Outbox.DeadLetterRetention, stopping).ConfigureAwait(false);
                if (purged > 0)
                {
                    diagnostics.Log.DeadLettersExpired(purged, options.CurrentValue.Outbox.DeadLetterRetention);
                }

                await Task.Delay(Interval, time, stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                diagnostics.Failed("sweeping dead letters", exception);
                await Task.Delay(Interval, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
