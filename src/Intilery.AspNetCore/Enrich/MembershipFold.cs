using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Enrich.Happenings;

namespace Intilery.AspNetCore.Enrich;

/// <summary>Reduces what a scope changes of a user's membership in an account to what it amounts to: in and out again is nothing.</summary>
internal sealed class MembershipFold(LifecycleDiagnostics diagnostics)
{
    public IReadOnlyList<NotedHappening> Reduce(IReadOnlyList<NotedHappening> happenings)
    {
        var kept = new List<NotedHappening?>(happenings.Count);
        kept.AddRange(happenings.Select(noted => (NotedHappening?)noted));
        var changes = Enumerable.Range(0, happenings.Count).Where(place => happenings[place].Happening is MemberAdded or MemberRemoved);
        foreach (var places in changes.GroupBy(place => (happenings[place].Happening.UserId, GroupOf(happenings[place].Happening))).Select(group => group.ToList()))
        {
            // The first step says what was before, the last one what is now.
            var steps = places.Select(place => happenings[place].Happening).ToList();
            var isNothing = steps[0].GetType() != steps[^1].GetType();
            if (steps is [MemberAdded first, .., MemberAdded])
            {
                var role = steps.OfType<MemberAdded>().Select(added => added.Role).LastOrDefault(role => role is not null);
                kept[places[0]] = happenings[places[0]] with { Happening = first with { Role = role } };
            }

            foreach (var place in isNothing ? places : places[1..])
            {
                kept[place] = null;
                diagnostics.Suppressed(happenings[place].Happening.GetType().Name, isNothing ? Reasons.Coalesced : Reasons.Duplicate);
            }
        }

        return [.. kept.OfType<NotedHappening>()];
    }

    private static string GroupOf(Happening happening) => happening is MemberAdded added ? added.GroupId : ((MemberRemoved)happening).GroupId;
}
