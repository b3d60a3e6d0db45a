namespace Intilery.AspNetCore.Outbox;

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
