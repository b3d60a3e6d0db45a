using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>Reduces what a scope changes of a user's membership in an account to what it amounts to: in and out again is nothing.</summary>
internal sealed class MembershipCoalescer(LifecycleDiagnostics diagnostics)
{
    public IReadOnlyList<ScopeFact> Reduce(IReadOnlyList<ScopeFact> facts)
    {
        if (!facts.Have(static fact => fact is MemberAdded or MemberRemoved))
        {
            return facts;
        }

        var kept = new List<ScopeFact?>(facts.Count);
        kept.AddRange(facts);
        Overlay(kept);
        var changes = Enumerable.Range(0, kept.Count).Where(place => kept[place]?.Fact is MemberAdded or MemberRemoved);
        foreach (var places in changes.GroupBy(place => (facts[place].Fact.UserId, GroupOf(facts[place].Fact)))
            .Select(group => group.ToList())
            .ToList())
        {
            // The first step has the state before, the last one the state now.
            var steps = places.Select(place => kept[place]!.Fact).ToList();
            var isNothing = steps[0].GetType() != steps[^1].GetType();
            if (steps is [MemberAdded first, .., MemberAdded])
            {
                var role = steps.OfType<MemberAdded>().Select(added => added.Role).LastOrDefault(role => role is not null);
                kept[places[0]] = facts[places[0]].With(first with { Role = role });
            }

            foreach (var place in isNothing ? places : places[1..])
            {
                kept[place] = null;
                diagnostics.Suppressed(facts[place].Fact.EventName, isNothing ? Reasons.Coalesced : Reasons.Duplicate);
            }
        }

        return [.. kept.OfType<ScopeFact>()];
    }

    // A membership event that the application tracks and the captured change are one event; the tracked role takes precedence.
    private void Overlay(List<ScopeFact?> facts)
    {
        if (!facts.Exists(noted => noted?.Fact is EventTracked { IsMembership: true }))
        {
            return;
        }

        var places = Places(facts);
        for (var i = 0; i < facts.Count; i++)
        {
            if (facts[i]?.Fact is not EventTracked { IsMembership: true } tracked
                || !places.TryGetValue((tracked.UserId, tracked.Event is AccountAddedUser, tracked.Event.GroupId), out var seen))
            {
                continue;
            }

            if (facts[seen] is { Fact: MemberAdded added } noted && tracked.Event is AccountAddedUser { Role: { } role })
            {
                facts[seen] = noted.With(added with { Role = role });
            }

            facts[i] = null;
            diagnostics.Suppressed(tracked.Event.Name, Reasons.Duplicate);
        }
    }

    // Where each change was first seen: of a user's membership in an account, and, for changes without an account, in any.
    private static Dictionary<(string UserId, bool IsAdded, string? GroupId), int> Places(List<ScopeFact?> facts)
    {
        var places = new Dictionary<(string UserId, bool IsAdded, string? GroupId), int>();
        for (var i = 0; i < facts.Count; i++)
        {
            if (facts[i]?.Fact is { } seen and (MemberAdded or MemberRemoved))
            {
                places.TryAdd((seen.UserId, seen is MemberAdded, GroupOf(seen)), i);
                places.TryAdd((seen.UserId, seen is MemberAdded, null), i);
            }
        }

        return places;
    }

    private static string GroupOf(CapturedFact fact) => fact is MemberAdded added ? added.GroupId : ((MemberRemoved)fact).GroupId;
}
