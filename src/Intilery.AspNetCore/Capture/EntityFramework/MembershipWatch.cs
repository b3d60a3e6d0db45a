using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Watches the rows of a source of memberships.</summary>
internal sealed class MembershipWatch(MembershipSource source) : EntityWatch
{
    public MembershipSource Source => source;

    public override void Note(EntityEntry entry, SaveNotes notes)
    {
        var before = entry.State == EntityState.Added ? null : source.Read(entry.OriginalValues);
        var after = entry.State == EntityState.Deleted ? null : source.Read(entry.CurrentValues);
        if (before != after)
        {
            notes.Memberships.Touch(new MembershipTouch(source, entry, before));
        }
    }
}
