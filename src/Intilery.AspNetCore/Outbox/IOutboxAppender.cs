namespace Intilery.AspNetCore.Outbox;

/// <summary>The request's side of the outbox: it can only append.</summary>
internal interface IOutboxAppender
{
    /// <summary>Hands over an intent without waiting for it. Returns whether it was taken.</summary>
    bool Append(Intent intent);

    /// <summary>Hands over a commit and waits until it is committed, at most the commit time-out.</summary>
    ValueTask<RecordOutcome> CommitAsync(OutboxCommit commit, CancellationToken cancellationToken);

    /// <summary>Hands over a commit without waiting for it.</summary>
    RecordOutcome Commit(OutboxCommit commit);
}

/// <summary>What became of a commit by the time the request went on.</summary>
internal enum RecordOutcome
{
    /// <summary>Committed to the store.</summary>
    Recorded,

    /// <summary>Waits in memory until the store answers.</summary>
    Buffered,

    /// <summary>
    /// Not in the outbox, or only as dead letters: the memory buffer is full, or the store refuses it for good. It was counted.
    /// </summary>
    Dropped,
}
