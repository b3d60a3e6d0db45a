namespace Intilery.AspNetCore.Outbox;

/// <summary>The worker's side of the outbox: it reads and settles what was appended.</summary>
internal interface IOutboxReader
{
    /// <summary>
    /// Returns rows for the destination that are due, in order, without those of users with an open intent; at most
    /// <paramref name="maxRows"/>.
    /// </summary>
    ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(string destination, DateTimeOffset now, int maxRows, CancellationToken cancellationToken);

    /// <summary>Removes rows that were acknowledged.</summary>
    ValueTask CompleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken);

    /// <summary>Moves a row to the dead letters.</summary>
    ValueTask RejectAsync(DeadLetter deadLetter, CancellationToken cancellationToken);

    /// <summary>Moves dead letters back to the rows, where they were. Returns how many; an unknown id is no fault.</summary>
    ValueTask<int> RestoreAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken);

    /// <summary>Returns the intents whose process is gone.</summary>
    ValueTask<IReadOnlyList<Intent>> ReadOrphanedIntentsAsync(CancellationToken cancellationToken);

    ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken);
}
