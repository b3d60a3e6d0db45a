using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Trials;

/// <summary>The clock's side of a store. Trials come into the schedule, and leave it, with the rows of their events.</summary>
internal interface ITrialSchedule
{
    /// <summary>
    /// Returns the time by the one clock of all that share the store: a process whose own is ahead must not end trials early for
    /// everybody. <see langword="null"/> where the store is of one machine, whose clock counts.
    /// </summary>
    ValueTask<DateTimeOffset?> GetSharedTimeAsync(CancellationToken cancellationToken);

    /// <summary>Returns the open trials that end next, due or not, in the order of their end; at most <paramref name="maxCount"/>.</summary>
    ValueTask<IReadOnlyList<Trial>> ReadNextAsync(int maxCount, CancellationToken cancellationToken);

    /// <summary>Deletes the tombstones of trials whose end was recorded before a time. Returns how many.</summary>
    ValueTask<int> PurgeEndedAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>What the trial clock needs of wherever trials are.</summary>
internal interface ITrialStore
{
    /// <summary>Gets the schedule of trials, which the rows of their events change.</summary>
    ITrialSchedule Trials { get; }

    /// <summary>Gets a value indicating whether events are kept for delivery; if not, they are shown and forgotten.</summary>
    bool KeepsEvents => true;

    /// <summary>
    /// Writes all of it, in order, in one transaction. A write that is repeated changes nothing. The payloads are the caller's again
    /// when it completes: what the store keeps is a copy.
    /// </summary>
    ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken);
}
