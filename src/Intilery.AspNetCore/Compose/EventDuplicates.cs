using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Compose;

/// <summary>
/// Merges duplicate reports within a scope, by an attribute, a call or an entity, to one event: the first,
/// completed from the others. Duplicates are the same event of the same user, account and invitee; custom events
/// are never merged.
/// </summary>
internal static class EventDuplicates
{
    public static IReadOnlyList<Draft> Coalesce(IReadOnlyList<Draft> drafts, LifecycleDiagnostics diagnostics)
    {
        if (drafts.Count < 2)
        {
            return drafts;
        }

        var folded = new List<Draft>(drafts.Count);
        var places = new Dictionary<(string Name, string? GroupId, string? UserId, string SameBy), int>();
        var trials = new TrialPlaces();
        foreach (var draft in drafts)
        {
            if (draft.Message.Event is TrialEvent trial)
            {
                CoalesceTrial(folded, trials, draft, trial, diagnostics);
            }
            else if (KeyOf(draft.Message) is not { } key)
            {
                // Without a key, reports are not recognised as duplicates.
                folded.Add(draft);
            }
            else if (places.TryGetValue(key, out var place))
            {
                var first = folded[place];
                folded[place] = first with { Message = first.Message with { Event = Filled(first.Message.Event!, draft.Message.Event!) } };
                diagnostics.Suppressed(draft.Message.EventName, Reasons.Duplicate);
            }
            else
            {
                places.Add(key, folded.Count);
                folded.Add(draft);
            }
        }

        return folded;
    }

    private static void CoalesceTrial(
        List<Draft> folded, TrialPlaces trials, Draft draft, TrialEvent trial, LifecycleDiagnostics diagnostics)
    {
        if (draft.Message.GroupId is null && trial.TrialId is null)
        {
            folded.Add(draft);
            return;
        }

        if (trials.Of(draft.Message) is not { } place)
        {
            trials.Set(draft.Message, folded.Count);
            folded.Add(draft);
            return;
        }

        var first = folded[place].Message;
        var both = first with { Event = Filled(first.Event!, draft.Message.Event!), GroupId = first.GroupId ?? draft.Message.GroupId };
        trials.Set(both, place);
        folded[place] = folded[place] with { Message = both };
        diagnostics.Suppressed(draft.Message.EventName, Reasons.Duplicate);
    }

    private static string? TrialIdOf(Message message) => (message.Event as TrialEvent)?.TrialId;

    private static (string Name, string? GroupId, string? UserId, string SameBy)? KeyOf(Message message) =>
        message.Event?.Definition?.SameBy(message.Event, message.GroupId) is { } same
            ? (message.EventName, message.GroupId, message.UserId, same)
            : null;

    private static LifecycleEvent Filled(LifecycleEvent first, LifecycleEvent other) => first.Definition?.Filled(first, other) ?? first;

    // Where each trial's event stands. A trial has one start and one end, by any source; without an id it is the account's only one.
    private sealed class TrialPlaces
    {
        private readonly Dictionary<(string Name, string TrialId), int> _byId = [];
        private readonly Dictionary<(string Name, string GroupId), int> _byAccount = [];
        private readonly Dictionary<(string Name, string GroupId), int> _withoutId = [];

        /// <summary>Returns the first place of the same trial.</summary>
        public int? Of(Message message)
        {
            var account = (message.EventName, message.GroupId ?? string.Empty);
            if (TrialIdOf(message) is not { } id)
            {
                return Place(_byAccount, account);
            }

            return (Place(_byId, (message.EventName, id)), Place(_withoutId, account)) switch
            {
                ({ } one, { } other) => Math.Min(one, other),
                var (one, other) => one ?? other,
            };
        }

        public void Set(Message message, int place)
        {
            var id = TrialIdOf(message);
            if (id is not null)
            {
                Keep(_byId, (message.EventName, id), place);
            }

            if (message.GroupId is not { } group)
            {
                return;
            }

            Keep(_byAccount, (message.EventName, group), place);
            if (id is null)
            {
                Keep(_withoutId, (message.EventName, group), place);
            }
            else if (Place(_withoutId, (message.EventName, group)) == place)
            {
                // It has an id by now.
                _withoutId.Remove((message.EventName, group));
            }
        }

        private static int? Place<T>(Dictionary<T, int> places, T key)
            where T : notnull => places.TryGetValue(key, out var place) ? place : null;

        private static void Keep<T>(Dictionary<T, int> places, T key, int place)
            where T : notnull => places[key] = Math.Min(place, Place(places, key) ?? place);
    }
}
