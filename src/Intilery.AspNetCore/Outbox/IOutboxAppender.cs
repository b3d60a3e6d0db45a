namespace Intilery.AspNetCore.Outbox;

/// <summary>The request's side of the outbox: it can only append.</summary>
internal interface IOutboxAppender
{
    /// <summary>Hands over an intent without waiting for it. Returns whether it was taken.</summary>
    bool Append(Intent intent);

    /// <summary>Hands over a settlement and waits until it is committed, at most the commit time-out.</summary>
    ValueTask<RecordOutcome> SettleAsync(OutboxCommit settlement, CancellationToken cancellationToken);

    /// <summary>Hands over a settlement without waiting for it.</summary>
    RecordOutcome Settle(OutboxCommit settlement);
}

/// <summary>What became of a settlement by the time the request went on.</summary>
internal enum RecordOutcome
{
    /// <summary>Committed to the store.</summary>
    Recorded,

    /// <summary>Waits in memory until the store answers.</summary>
    Buffered,

    /// <summary>Not in the outbox, or only as dead letters: the memory buffer is full, or the store refuses it for good. It was counted.</summary>
    Dropped,
}
