using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>
/// Leaves out what a scope takes back of its users: one who is made and deleted again, as after a step that failed, never was.
/// </summary>
internal sealed class UserCoalescer(LifecycleDiagnostics diagnostics)
{
    public IReadOnlyList<ScopeFact> Reduce(IReadOnlyList<ScopeFact> facts)
    {
        if (!facts.Have(static fact => fact is UserDeleted))
        {
            return facts;
        }

        // The last place where each user is deleted.
        var deleted = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (index, noted) in facts.Index().Where(indexed => indexed.Item.Fact is UserDeleted))
        {
            deleted[noted.Fact.UserId] = index;
        }

        var kept = new List<ScopeFact>(facts.Count);
        foreach (var (index, noted) in facts.Index())
        {
            var isTakenBack = noted.Fact is UserCreated or UserConfirmed or ProfileChanged or RoleStored
                && deleted.GetValueOrDefault(noted.Fact.UserId, -1) > index;
            if (!isTakenBack)
            {
                kept.Add(noted);
            }
            else
            {
                diagnostics.Suppressed(noted.Fact.EventName, Reasons.Coalesced);
            }
        }

        return kept;
    }
}
