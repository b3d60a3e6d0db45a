using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Watches the stored claims that hold a user's role in its account: one is often stored just after the membership itself.</summary>
internal sealed class RoleClaimWatch(MembershipSource source) : EntityWatch
{
    public MembershipSource Source => source;

    public override void Note(EntityEntry entry, SaveNotes notes)
    {
        if (entry.State is EntityState.Added or EntityState.Modified
            && source.Read(entry.CurrentValues) is { } role
            && (entry.State == EntityState.Added || source.Read(entry.OriginalValues) != role))
        {
            notes.Add(new Change(source, entry, notes.Time));
        }
    }

    private sealed class Change(MembershipSource source, EntityEntry entry, TimeProvider time) : INotedChange
    {
        public IEnumerable<FoundChange> Read() => !IsGone(entry) && source.Read(entry.CurrentValues) is var (userId, role)
            ? [new FoundChange(
                new RoleStored { Key = MessageIds.Next(), UserId = userId, At = time.GetUtcNow(), Role = role },
                entry,
                row => row is not null && source.Read(row)?.AccountId == role)]
            : [];
    }
}
