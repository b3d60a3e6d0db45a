using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Trials;

/// <summary>The part of a store that the trial clock uses. Trials enter and leave the schedule with the rows of their events.</summary>
internal interface ITrialSchedule
{
    /// <summary>
    /// Returns the time of the store's own clock, which all processes share: a process whose clock is ahead must not end
    /// trials early. <see langword="null"/> if the store is on one machine, whose clock counts.
    /// </summary>
    ValueTask<DateTimeOffset?> GetSharedTimeAsync(CancellationToken cancellationToken);

    /// <summary>Returns the open trials that end next, due or not, ordered by their end; at most <paramref name="maxCount"/>.</summary>
    ValueTask<IReadOnlyList<Trial>> ReadNextAsync(int maxCount, CancellationToken cancellationToken);

    /// <summary>Deletes the tombstones of trials whose end was recorded before a time. Returns how many.</summary>
    ValueTask<int> PurgeEndedAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>The storage of the trial clock.</summary>
internal interface ITrialStore
{
    /// <summary>Gets the schedule of trials.</summary>
    ITrialSchedule Trials { get; }

    /// <summary>Gets a value indicating whether events are stored for delivery; if not, they are only shown.</summary>
    bool KeepsEvents => true;

    /// <summary>
    /// Writes the commits, in order, in one transaction. Repeating a write has no effect. The caller owns the payloads
    /// again when it completes: the store keeps a copy.
    /// </summary>
    ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken);
}
