using System.Globalization;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Trials;

/// <summary>Makes Trial Ended of trials whose time has come.</summary>
internal sealed class TrialEndings(
    TrialOwners owners, EnrichmentPolicy policy, EnricherChain enrichers, RowIdSequence ids, ObservedOutbox observed, LifecycleDiagnostics diagnostics)
{
    /// <summary>Returns the settlement that ends the trials, in their order: each that nobody has changed meanwhile.</summary>
    public async Task<OutboxCommit> EndAsync(IReadOnlyList<Trial> due, CancellationToken cancellationToken)
    {
        var named = await owners.NameAsync(due, cancellationToken).ConfigureAwait(false);
        var rows = new List<OutboxRow>(due.Count);
        var without = new List<TrialChange>();
        foreach (var (trial, owner) in due.Zip(named))
        {
            var change = new TrialChange(TrialChangeKind.Expire, trial, ids.Next());
            var reason = owner is null ? Reasons.NoUser : policy.IsExcluded(owner, email: null) ? Reasons.Excluded : null;
            if (reason is null
                && await enrichers.EnrichAsync([new ComposedMessage(MessageOf(trial, owner!), null)], cancellationToken).ConfigureAwait(false) is [{ Message: var message }]
                && TryWrite(message) is { } payload)
            {
                diagnostics.Activity.Counted(message.EventName, message.GroupId is not null);
                rows.Add(new OutboxRow(change.Id, message.EventName, owner, OutboxRow.AtOnce, payload) { Destination = trial.Destination, Trial = change });
            }
            else
            {
                // It has ended all the same.
                without.Add(change);
            }

            if (reason is not null)
            {
                diagnostics.Suppressed(EventNames.TrialEnded, reason);
            }
        }

        return observed.Observed(new OutboxCommit([], rows) { Trials = without });
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
            // All of it was checked when the trial started, by the version of that day perhaps: one trial must not hold up the others.
            diagnostics.Dropped(1, Reasons.Invalid);
            diagnostics.Failed("writing a trial's end", exception);
            return null;
        }
    }
}
