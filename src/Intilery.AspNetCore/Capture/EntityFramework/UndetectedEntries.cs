using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Looks at what a context tracks as it is, without detecting changes: the application's entities are in the middle of their work, and
/// only a save is to find out what has become of them.
/// </summary>
internal static class UndetectedEntries
{
    public static IEnumerable<EntityEntry> Of(DbContext context) => Undetected(context.ChangeTracker, static tracker => tracker.Entries());

    /// <summary>Reads from an entry what may lie in an entity that it owns, whose look-up detects the changes of that.</summary>
    public static T Read<T>(EntityEntry entry, Func<EntityEntry, T> read) => Undetected(entry.Context.ChangeTracker, _ => read(entry));

    private static T Undetected<T>(ChangeTracker tracker, Func<ChangeTracker, T> look)
    {
        var isDetecting = tracker.AutoDetectChangesEnabled;
        try
        {
            tracker.AutoDetectChangesEnabled = false;
            return look(tracker);
        }
        finally
        {
            tracker.AutoDetectChangesEnabled = isDetecting;
        }
    }
}
