
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
            TrialChangeKind.End when current is null => new TrialVerdict(Ended(Opened(null, change), change), true),
            TrialChangeKind.End when current.IsOpen => new TrialVerdict(Ended(current, change), true),
            TrialChangeKind.Expire when current is { IsOpen: true } && current.Version == change.Trial.Version => new TrialVerdict(Ended(current, change), true),
            _ => default,
        };
        change.Refusal = verdict.IsEvent ? null : Reasons.Duplicate;
        return verdict;
    }

    /// <summary>Whether the trial of a change is to be looked for among the open ones of its account, having looked for it by its key.</summary>
    public static bool IsAmongThoseOfAccount(TrialChange change, Trial? byKey) => change.IsOfAccount && byKey is not { IsOpen: true };

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
    private static Trial? Moved(Trial current, Trial told)
    {
        var moved = current with
        {
            EndDate = told.EndDate ?? current.EndDate,
            PlanName = told.PlanName ?? current.PlanName,
        };
        return moved == current ? null : moved with { Version = current.Version + 1 };
    }

    private static Trial Ended(Trial current, TrialChange change) =>
        current with { Version = current.Version + 1, EndedAt = RowIdSequence.TimeOf(change.Id) };
}
