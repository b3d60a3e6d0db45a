
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>Reduces what a scope changes of a user's membership in an account to what it amounts to: in and out again is nothing.</summary>
internal sealed class MembershipFold(LifecycleDiagnostics diagnostics)
{
    public IReadOnlyList<NotedHappening> Reduce(IReadOnlyList<NotedHappening> happenings)
    {
        var kept = new List<NotedHappening?>(happenings.Count);
        kept.AddRange(happenings.Select(noted => (NotedHappening?)noted));
        Overlay(kept);
        var changes = Enumerable.Range(0, kept.Count).Where(place => kept[place]?.Happening is MemberAdded or MemberRemoved);
        foreach (var places in changes.GroupBy(place => (happenings[place].Happening.UserId, GroupOf(happenings[place].Happening))).Select(group => group.ToList()).ToList())
        {
            // The first step says what was before, the last one what is now.
            var steps = places.Select(place => kept[place]!.Value.Happening).ToList();
            var isNothing = steps[0].GetType() != steps[^1].GetType();
            if (steps is [MemberAdded first, .., MemberAdded])
            {
                var role = steps.OfType<MemberAdded>().Select(added => added.Role).LastOrDefault(role => role is not null);
                kept[places[0]] = happenings[places[0]] with { Happening = first with { Role = role } };
            }

            foreach (var place in isNothing ? places : places[1..])
            {
                kept[place] = null;
                diagnostics.Suppressed(happenings[place].Happening.EventName, isNothing ? Reasons.Coalesced : Reasons.Duplicate);
            }
        }

        return [.. kept.OfType<NotedHappening>()];
    }

    // What the application tells of a change that was seen too is one event, in which its word on the role counts.
    private void Overlay(List<NotedHappening?> happenings)
    {
        if (!happenings.Exists(noted => IsTold(noted?.Happening)))
        {
            return;
        }

        var places = Places(happenings);
        for (var i = 0; i < happenings.Count; i++)
        {
            if (happenings[i]?.Happening is not EventTracked told || !IsTold(told)
                || !places.TryGetValue((told.UserId, told.Event is AccountAddedUser, told.Event.GroupId), out var seen))
            {
                continue;
            }

            if (happenings[seen] is { Happening: MemberAdded added } noted && told.Event is AccountAddedUser { Role: { } role })
            {
                happenings[seen] = noted with { Happening = added with { Role = role } };
            }

            happenings[i] = null;
            diagnostics.Suppressed(told.Event.Name, Reasons.Duplicate);
        }
    }

    private static bool IsTold(Happening? happening) => happening is EventTracked { Event: AccountAddedUser or AccountRemovedUser };

    // Where each change was first seen: of a user's membership in an account, and, for those who do not say the account, in any.
    private static Dictionary<(string UserId, bool IsAdded, string? GroupId), int> Places(List<NotedHappening?> happenings)
    {
        var places = new Dictionary<(string UserId, bool IsAdded, string? GroupId), int>();
        for (var i = 0; i < happenings.Count; i++)
        {
            if (happenings[i]?.Happening is { } seen and (MemberAdded or MemberRemoved))
            {
                places.TryAdd((seen.UserId, seen is MemberAdded, GroupOf(seen)), i);
                places.TryAdd((seen.UserId, seen is MemberAdded, null), i);
            }
        }

        return places;
    }

    private static string GroupOf(Happening happening) => happening is MemberAdded added ? added.GroupId : ((MemberRemoved)happening).GroupId;
}
