using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Enrich.Happenings;

namespace Intilery.AspNetCore.Enrich;

/// <summary>Leaves out what a scope takes back of its users: one who is made and deleted again, as after a step that failed, never was.</summary>
internal sealed class UserFold(LifecycleDiagnostics diagnostics)
{
    public IReadOnlyList<NotedHappening> Reduce(IReadOnlyList<NotedHappening> happenings)
    {
        if (!happenings.Any(noted => noted.Happening is UserDeleted))
        {
            return happenings;
        }

        var kept = new List<NotedHappening>(happenings.Count);
        foreach (var (index, noted) in happenings.Index())
        {
            var isTakenBack = noted.Happening is UserCreated or UserConfirmed or ProfileChanged or RoleStored
                && happenings.Skip(index).Any(later => later.Happening is UserDeleted && later.Happening.UserId == noted.Happening.UserId);
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
