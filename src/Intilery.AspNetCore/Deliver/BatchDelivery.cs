using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Deliver;

/// <summary>Delivers one batch by the rules, down to the one bad call in it.</summary>
internal sealed class BatchDelivery(IOutboxReader outbox, TrackingApiClient client, Backoff backoff, DeliveryDiagnostics diagnostics)
{
    /// <summary>How long a wrong set-up is left alone before it is tried again.</summary>
    public static readonly TimeSpan PauseDelay = TimeSpan.FromMinutes(1);

    /// <summary>Returns <see langword="null"/> when the batch has left the outbox, else how long to wait before the next attempt.</summary>
    public async Task<TimeSpan?> DeliverAsync(DeliverySettings settings, Batch batch, CancellationToken cancellationToken)
    {
        var body = BatchPacker.Write(batch, diagnostics.Time.GetUtcNow());
        var answer = await client.SendAsync(settings, body, cancellationToken).ConfigureAwait(false);
        switch (DeliveryRules.Decide(answer))
        {
            case DeliveryDecision.Acknowledge:
                // It was accepted: that is noted even while the host stops.
                await outbox.CompleteAsync([.. batch.Rows.Select(row => row.Id)], CancellationToken.None).ConfigureAwait(false);
                backoff.Reset();
                diagnostics.Delivered(batch.Rows.Count);
                return null;

            case DeliveryDecision.Bisect or DeliveryDecision.Split when batch.Rows.Count > 1:
                var (first, second) = batch.Halve();
                return await DeliverAsync(settings, first, cancellationToken).ConfigureAwait(false)
                    ?? await DeliverAsync(settings, second, cancellationToken).ConfigureAwait(false);

            case DeliveryDecision.Bisect or DeliveryDecision.Split:
                var message = answer.Message ?? answer.Outcome;
                await outbox.RejectAsync(new DeadLetter(batch.Rows[0], message, diagnostics.Time.GetUtcNow()), CancellationToken.None).ConfigureAwait(false);
                diagnostics.Rejected(batch.Rows[0], message);
                return null;

            case DeliveryDecision.Pause:
                diagnostics.Paused(answer, PauseDelay);
                return PauseDelay;

            default:
                var delay = backoff.Next(answer.RetryAfter);
                diagnostics.Failed(answer, delay);
                return delay;
        }
    }
}
