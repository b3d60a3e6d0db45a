using System.Globalization;
using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Trials;

/// <summary>
/// Composes Trial Ended for due trials, checked against the application's mapped rows: a trial that was converted,
/// extended or deleted without EF Core does not end.
/// </summary>
internal sealed class TrialEndings(
    TrialOwners owners,
    MappedTrials rows,
    EnrichmentPolicy policy,
    EnricherChain enrichers,
    RowIdSequence ids,
    ObservedOutbox observed,
    LifecycleDiagnostics diagnostics)
{
    /// <summary>
    /// Returns the commit that ends the trials, in order, unless they change meanwhile; and whether some have to be checked again,
    /// because their rows cannot be read.
    /// </summary>
    public async Task<(OutboxCommit Commit, bool IsPostponed)> EndAsync(
        IReadOnlyList<Trial> due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var changes = new List<TrialChange>();
        var (over, isPostponed) = await CheckAsync(due, now, changes, cancellationToken).ConfigureAwait(false);
        var named = await owners.NameAsync(over, cancellationToken).ConfigureAwait(false);
        var events = new List<OutboxRow>(over.Count);
        foreach (var (trial, owner) in over.Zip(named))
        {
            var change = new TrialChange(TrialChangeKind.Expire, trial, ids.Next());
            var reason = owner is null ? Reasons.NoUser : policy.IsExcluded(owner, email: null) ? Reasons.Excluded : null;
            if (reason is null
                && await enrichers.EnrichAsync(
                    [new ComposedMessage(MessageOf(trial, owner!), null)],
                    cancellationToken).ConfigureAwait(false) is [{ Message: var message }]
                && TryWrite(message) is { } payload)
            {
                diagnostics.Activity.Counted(message.EventName, message.GroupId is not null);
                events.Add(
                    new OutboxRow(
                        change.Id,
                        message.EventName,
                        owner,
                        OutboxRow.AtOnce,
                        payload) { Destination = trial.Destination, Trial = change });
            }
            else
            {
                // The trial has ended nevertheless.
                changes.Add(change);
            }

            if (reason is not null)
            {
                diagnostics.Suppressed(EventNames.TrialEnded, reason);
            }
        }

        return (observed.Observed(new OutboxCommit([], events) { Trials = changes }), isPostponed);
    }

    // The trials that have ended by their rows; the changes contain those of the others.
    private async Task<(IReadOnlyList<Trial> Over, bool IsPostponed)> CheckAsync(
        IReadOnlyList<Trial> due, DateTimeOffset now, List<TrialChange> changes, CancellationToken cancellationToken)
    {
        var mapped = rows.IsEmpty ? [] : due.Select(trial => TrialKeys.TrialIdOf(trial.Key)).OfType<string>().ToList();
        if (mapped.Count == 0)
        {
            return (due, false);
        }

        var (found, isComplete) = await rows.FindAsync(mapped, cancellationToken).ConfigureAwait(false);
        var over = new List<Trial>(due.Count);
        var isPostponed = false;
        foreach (var trial in due)
        {
            if (TrialKeys.TrialIdOf(trial.Key) is not { } id)
            {
                over.Add(trial);
            }
            else if (!found.TryGetValue(id, out var row) && !isComplete)
            {
                isPostponed = true;
            }
            else if (row is not { IsTrial: true })
            {
                changes.Add(new TrialChange(TrialChangeKind.Expire, trial, ids.Next()));
                diagnostics.Suppressed(EventNames.TrialEnded, Reasons.NoTrial);
            }
            else if (row.End is not { } end || end.ToUnixTimeMilliseconds() > now.ToUnixTimeMilliseconds())
            {
                changes.Add(
                    new TrialChange(
                        TrialChangeKind.Correct, trial with { EndDate = row.End, PlanName = row.Plan ?? trial.PlanName }, ids.Next()));
            }
            else
            {
                over.Add(trial with { EndDate = row.End, PlanName = row.Plan ?? trial.PlanName });
            }
        }

        return (over, isPostponed);
    }

    private Message MessageOf(Trial trial, string owner) => new()
    {
        Event = new TrialEnded { TrialStartDate = trial.StartDate, TrialEndDate = trial.EndDate, TrialPlanName = trial.PlanName },
        UserId = owner,
        GroupId = trial.GroupId,
        Origin = policy.Origin,
        Timestamp = trial.EndDate,
        MessageId = MessageIds.Derive(EventNames.TrialEnded, trial.Key, trial.Generation.ToString(CultureInfo.InvariantCulture)),
    };

    private byte[]? TryWrite(Message message)
    {
        try
        {
            return MessageWriter.Write(message);
        }
        catch (ArgumentException exception)
        {
            // The values were validated when the trial started, perhaps by an older version: one trial must not block the others.
            diagnostics.Dropped(1, Reasons.Invalid);
            diagnostics.Failed("writing a trial's end", exception);
            return null;
        }
    }
}
