using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Compose;

/// <summary>The outbox, with observers who see what it has committed.</summary>
internal sealed class ObservedOutbox(IOutboxAppender outbox, LifecycleFeed feed, EnrichmentPolicy policy)
{
    public bool Append(Intent intent) => outbox.Append(intent);

    /// <summary>Hands over a commit; completes when it is committed and seen, or when the time for that is over.</summary>
    public ValueTask<RecordOutcome> CommitAsync(OutboxCommit commit, CancellationToken cancellationToken) =>
        feed.IsObserved ? CommitObservedAsync(commit, cancellationToken) : outbox.CommitAsync(commit, cancellationToken);

    /// <summary>Hands over a commit without waiting for anything.</summary>
    public void Commit(OutboxCommit commit) => outbox.Commit(Observed(commit));

    /// <summary>Returns the commit with a callback that notifies observers once it is committed.</summary>
    public OutboxCommit Observed(OutboxCommit commit) => feed.IsObserved ? commit with { Committed = commit.Committed + Notify } : commit;

    private async ValueTask<RecordOutcome> CommitObservedAsync(OutboxCommit commit, CancellationToken cancellationToken)
    {
        var outcome = await outbox.CommitAsync(Observed(commit), cancellationToken).ConfigureAwait(false);
        if (outcome == RecordOutcome.Recorded)
        {
            await feed.SeenAsync(policy.CommitTimeout, cancellationToken).ConfigureAwait(false);
        }

        return outcome;
    }

    private void Notify(OutboxCommit committed)
    {
        foreach (var row in committed.Rows.Where(row => row.Trial?.Refusal is null))
        {
            feed.Recorded((row.Trial?.Completed ?? row.Payload).Span);
        }
    }
}
