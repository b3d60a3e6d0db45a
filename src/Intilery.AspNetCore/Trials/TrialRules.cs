using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Trials;

/// <summary>Decides the result of a change: each trial has one start and one end, however often they are reported.</summary>
internal static class TrialRules
{
    /// <summary>Returns the result of a change, and sets its refusal.</summary>
    /// <param name="current">The entry in the schedule under the key, if any.</param>
    /// <param name="change">The change.</param>
    public static TrialVerdict Decide(Trial? current, TrialChange change)
    {
        // A write that is repeated because its answer was lost has no effect.
        if (current?.Generation == change.Id)
        {
            change.Refusal = null;
            return default;
        }

        var verdict = change.Kind switch
        {
            TrialChangeKind.Start when current is { IsOpen: true } => new TrialVerdict(Moved(current, change.Trial), false),
            TrialChangeKind.Start => new TrialVerdict(Opened(current, change), true),
            TrialChangeKind.Move when current is null => new TrialVerdict(Opened(null, change), false),
            TrialChangeKind.Move => new TrialVerdict(current.IsOpen ? Moved(current, change.Trial) : null, false),
            TrialChangeKind.Correct when current is { IsOpen: true } && current.Version == change.Trial.Version =>
                new TrialVerdict(change.Trial with { Version = current.Version + 1 }, false),
            TrialChangeKind.End when current is null => new TrialVerdict(Ended(Opened(null, change), change), true),
            TrialChangeKind.End when current.IsOpen => new TrialVerdict(Ended(current, change), true),
            TrialChangeKind.Expire when current is { IsOpen: true } && current.Version == change.Trial.Version =>
                new TrialVerdict(Ended(current, change), true),
            _ => default,
        };
        change.Refusal = verdict.IsEvent ? null : Reasons.Duplicate;
        return verdict;
    }

    /// <summary>Returns whether the trial of a change is to be looked up by its account, after the lookup by its key.</summary>
    public static bool IsAmongThoseOfAccount(TrialChange change, Trial? byKey) =>
        change.Trial.GroupId is not null
            && (change.IsOfAccount ? byKey is not { IsOpen: true } : change.Kind == TrialChangeKind.Move && byKey is null);

    /// <summary>Returns the trial that a change applies to; <see langword="null"/> if the schedule does not contain it.</summary>
    /// <param name="change">The change.</param>
    /// <param name="byKey">The trial of its key, if any.</param>
    /// <param name="ofAccount">All trials of its account, including ended ones.</param>
    public static Trial? Meant(TrialChange change, Trial? byKey, IEnumerable<Trial> ofAccount)
    {
        Trial? open = null, ended = null;
        foreach (var trial in ofAccount)
        {
            if (!trial.IsOpen)
            {
                ended = ended is null || trial.EndedAt > ended.EndedAt ? trial : ended;
            }
            else if (open is not null)
            {
                // With several open trials, the account alone is ambiguous.
                return byKey;
            }
            else
            {
                open = trial;
            }
        }

        // A row with an id is the trial that was started by the account alone.
        return !change.IsOfAccount ? (open is not null && TrialKeys.TrialIdOf(open.Key) is null ? open : byKey)
            : open ?? (change.Kind == TrialChangeKind.End ? ended : null) ?? byKey;
    }

    /// <summary>
    /// Returns the row of a change that becomes an event, completed from the trial's entry; <see langword="null"/> if it has no user.
    /// </summary>
    public static OutboxRow? RowOf(OutboxRow row, Trial? current)
    {
        if (row.Trial is { Complete: { } complete } change)
        {
            if (complete(row, current is { IsOpen: true } ? current : null) is not { } completed)
            {
                change.Refusal = Reasons.NoUser;
                return null;
            }

            change.Completed = completed.Payload;
            row = completed;
        }

        return row with { Trial = null };
    }

    /// <summary>
    /// Merges two entries of one key from the files of two processes: returns the later trial or, of one trial,
    /// its tombstone.
    /// </summary>
    public static Trial Merge(Trial one, Trial other)
    {
        var (first, second) = (one.Generation, one.IsOpen ? 0 : 1, one.Version).CompareTo(
            (other.Generation, other.IsOpen ? 0 : 1, other.Version)) >= 0
            ? (one, other)
            : (other, one);
        return first with { Version = Math.Max(first.Version, second.Version) + 1 };
    }

    private static Trial Opened(Trial? before, TrialChange change) =>
        change.Trial with { Generation = change.Id, Version = (before?.Version ?? 0) + 1, EndedAt = null };

    // Values that are not given stay unchanged. The start, and the user who started it, never change.
    private static Trial? Moved(Trial current, Trial newer)
    {
        var moved = current with
        {
            EndDate = newer.EndDate ?? current.EndDate,
            PlanName = newer.PlanName ?? current.PlanName,
        };
        return moved == current ? null : moved with { Version = current.Version + 1 };
    }

    private static Trial Ended(Trial current, TrialChange change) =>
        current with { Version = current.Version + 1, EndedAt = RowIdSequence.TimeOf(change.Id) };
}
