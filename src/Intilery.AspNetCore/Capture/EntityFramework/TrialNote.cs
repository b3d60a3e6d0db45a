using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// A trial that a save starts, moves or ends. That its end date comes is the clock's to see: what is over before and after the save
/// is nothing here.
/// </summary>
internal sealed class TrialNote(TrialWatch watch, EntityEntry entry, SaveNotes notes, TrialState before) : INotedChange
{
    public IEnumerable<FoundChange> Read()
    {
        var now = notes.Time.GetUtcNow();
        var after = EntityWatch.IsGone(entry) ? TrialState.None : watch.Reader.Current(entry);
        switch (before.RunsAt(now), after.RunsAt(now))
        {
            case (false, true) when after is { Trial: not null, Account: not null }:
                yield return new FoundChange(
                    EventTracked.Seen(Started(after), now), entry, row => row is not null && watch.Reader.In(row, entry).IsTrial);
                break;

            case (true, true) when (before.End, before.Plan) != (after.End, after.Plan) && after is { Trial: not null, Account: not null }:
                yield return new FoundChange(
                    new TrialMoved { Key = MessageIds.Next(), UserId = string.Empty, At = now, Trial = Started(after) },
                    entry,
                    row => row is not null && (watch.Reader.In(row, entry).End, watch.Reader.In(row, entry).Plan) == (after.End, after.Plan));
                break;

            case (true, false) when before is { Trial: not null, Account: not null }:
                yield return new FoundChange(
                    EventTracked.Seen(Ended(after), now), entry, row => row is null || !watch.Reader.In(row, entry).RunsAt(now));
                break;
        }
    }

    private static TrialStarted Started(TrialState state) => new()
    {
        TrialId = state.Trial,
        GroupId = state.Account,
        TrialStartDate = state.Start,
        TrialEndDate = state.End,
        TrialPlanName = state.Plan,
    };

    // Its own dates and plan: what replaced them, a subscription's perhaps, is no trial's. But an end that was brought forward is its end.
    private TrialEnded Ended(TrialState after) => new()
    {
        TrialId = before.Trial,
        GroupId = before.Account,
        TrialStartDate = before.Start,
        TrialEndDate = after is { IsTrial: true, End: { } end } ? end : before.End,
        TrialPlanName = before.Plan,
    };
}
