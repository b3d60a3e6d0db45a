using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Trials;

/// <summary>Decides what a change does to a trial: one start and one end for each, however often and by whomever they are reported.</summary>
internal static class TrialRules
{
    /// <summary>Returns the verdict on a change, and tells the change of a refusal.</summary>
    /// <param name="current">What the schedule holds under the key, if anything.</param>
    /// <param name="change">The change.</param>
    public static TrialVerdict Decide(Trial? current, TrialChange change)
    {
        // A write that is repeated, because its answer was lost, changes nothing.
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
            TrialChangeKind.Expire when current is { IsOpen: true } && current.Version == change.Trial.Version => new TrialVerdict(Ended(current, change), true),
            _ => default,
        };
        change.Refusal = verdict.IsEvent ? null : Reasons.Duplicate;
        return verdict;
    }

    /// <summary>Whether the trial of a change is to be looked for among those of its account, having looked for it by its key.</summary>
    public static bool IsAmongThoseOfAccount(TrialChange change, Trial? byKey) =>
        change.Trial.GroupId is not null && (change.IsOfAccount ? byKey is not { IsOpen: true } : change.Kind == TrialChangeKind.Move && byKey is null);

    /// <summary>Returns the trial that a change means; <see langword="null"/> if the schedule does not know it.</summary>
    /// <param name="change">The change.</param>
    /// <param name="byKey">The trial of its key, if any.</param>
    /// <param name="ofAccount">All trials of its account, those that have ended too.</param>
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
                // Of several, the account alone means none.
                return byKey;
            }
            else
            {
                open = trial;
            }
        }

        // A row with an id of its own is the trial that was started by the account alone.
        return !change.IsOfAccount ? (open is not null && TrialKeys.TrialIdOf(open.Key) is null ? open : byKey)
            : open ?? (change.Kind == TrialChangeKind.End ? ended : null) ?? byKey;
    }

    /// <summary>Returns the row of a change that is an event, with what the trial knows better than its reporter; none if it is nobody's.</summary>
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
    /// Of two that processes have kept of one key in files of their own, returns the one that counts: the later trial, and of one
    /// trial its end.
    /// </summary>
    public static Trial Merge(Trial one, Trial other)
    {
        var (first, second) = (one.Generation, one.IsOpen ? 0 : 1, one.Version).CompareTo((other.Generation, other.IsOpen ? 0 : 1, other.Version)) >= 0
            ? (one, other)
            : (other, one);
        return first with { Version = Math.Max(first.Version, second.Version) + 1 };
    }

    private static Trial Opened(Trial? before, TrialChange change) =>
        change.Trial with { Generation = change.Id, Version = (before?.Version ?? 0) + 1, EndedAt = null };

    // What is not said has not changed. The start, and who started it, are the trial's own.
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
