
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>Leaves out what a scope takes back of its users: one who is made and deleted again, as after a step that failed, never was.</summary>
internal sealed class UserFold(LifecycleDiagnostics diagnostics)
{
    public IReadOnlyList<NotedHappening> Reduce(IReadOnlyList<NotedHappening> happenings)
    {
        // The last place where each user is deleted.
        var deleted = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (index, noted) in happenings.Index().Where(indexed => indexed.Item.Happening is UserDeleted))
        {
            deleted[noted.Happening.UserId] = index;
        }

        if (deleted.Count == 0)
        {
            return happenings;
        }

        var kept = new List<NotedHappening>(happenings.Count);
        foreach (var (index, noted) in happenings.Index())
        {
            var isTakenBack = noted.Happening is UserCreated or UserConfirmed or ProfileChanged or RoleStored
                && deleted.GetValueOrDefault(noted.Happening.UserId, -1) > index;
            if (!isTakenBack)
            {
                kept.Add(noted);
            }
            else
            {
                diagnostics.Suppressed(noted.Happening.EventName, Reasons.Coalesced);
            }
        }

        return kept;
    }
}
