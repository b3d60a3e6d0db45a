using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Trials;

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
