using System.Text;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Compose;

/// <summary>The outbox, with observers who see what it has committed.</summary>
internal sealed class ObservedOutbox(IOutboxAppender outbox, LifecycleFeed feed, EnrichmentPolicy policy)
{
    public bool Append(Intent intent) => outbox.Append(intent);

    /// <summary>Hands over a settlement; completes when it is committed and seen, or when the time for that is over.</summary>
    public async ValueTask SettleAsync(OutboxCommit settlement, CancellationToken cancellationToken)
    {
        if (!feed.IsObserved)
        {
            await outbox.SettleAsync(settlement, cancellationToken).ConfigureAwait(false);
        }
        else if (await outbox.SettleAsync(Observed(settlement), cancellationToken).ConfigureAwait(false) == RecordOutcome.Recorded)
        {
            await feed.SeenAsync(policy.CommitTimeout, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Hands over a settlement without waiting for anything.</summary>
    public void Settle(OutboxCommit settlement) => outbox.Settle(Observed(settlement));

    /// <summary>Returns the settlement as observers are told of it once it is committed.</summary>
    public OutboxCommit Observed(OutboxCommit settlement) => feed.IsObserved ? settlement with { Committed = settlement.Committed + Tell } : settlement;

    private void Tell(OutboxCommit committed)
    {
        foreach (var row in committed.Rows.Where(row => row.Trial?.Refusal is null))
        {
            feed.Recorded(Encoding.UTF8.GetString((row.Trial?.Completed ?? row.Payload).Span));
        }
    }
}
