using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Looks at the tracked entities of one type when a context is about to save.</summary>
internal abstract class EntityWatch
{
    /// <summary>Gets a value indicating whether an unchanged entity may have changed all the same, in what it owns.</summary>
    public virtual bool SeesUnchanged => false;

    /// <summary>
    /// Notes what the entity's change may mean. What it does mean is read after the save: keys are temporary before it, and the
    /// application's interceptors come after ours.
    /// </summary>
    public abstract void Note(EntityEntry entry, SaveNotes notes);

    /// <summary>Whether an entity is gone, after the save that deleted it or just before its commit.</summary>
    public static bool IsGone(EntityEntry entry) => entry.State is EntityState.Deleted or EntityState.Detached;
}
