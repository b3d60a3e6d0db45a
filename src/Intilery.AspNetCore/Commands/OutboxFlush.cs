using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Commands;

/// <summary>Waits for delivery, which goes on by itself.</summary>
internal sealed class OutboxFlush(
    OutboxWriter writer, RowIdSequence ids, BatchDelivery delivery, DeliveryTarget target, DeliveryState state)
{
    public async Task<FlushOutcome> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await writer.WrittenAsync(cancellationToken).ConfigureAwait(false);
            return await WaitAsync(ids.Next(), state.Rejected, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return FlushOutcome.Canceled;
        }
    }

    // Ids ascend: what is recorded later has greater ones.
    private async Task<FlushOutcome> WaitAsync(long end, long rejectedBefore, CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = state.Changed;
            var current = target.Current;
            if (state.Pause is { } pause && pause.Settings == current)
            {
                return FlushOutcome.Paused;
            }

            var rows = await delivery.ReadAsync(current, 1, cancellationToken).ConfigureAwait(false);
            if (rows.Count == 0 || rows[0].Id >= end)
            {
                return state.Rejected > rejectedBefore ? FlushOutcome.Rejected : FlushOutcome.Acknowledged;
            }

            if (writer.IsStopping)
            {
                return FlushOutcome.Canceled;
            }

            // Another process may be the one that delivers; it changes nothing here.
            await target.WaitAsync(current, TimeSpan.FromSeconds(1), changed, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
