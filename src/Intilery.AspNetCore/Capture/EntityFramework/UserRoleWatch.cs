using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Watches who is given a role whose people are left out: an administrator makes a colleague, whom no principal tells of yet. The role's name
/// is known where the role is loaded, as it is by Identity's own manager.
/// </summary>
/// <param name="member">The user's id.</param>
/// <param name="role">The role's id.</param>
internal sealed class UserRoleWatch(IProperty member, IProperty role) : EntityWatch
{
    private readonly IForeignKey? _reference = role.GetContainingForeignKeys().FirstOrDefault(key => key.Properties.Count == 1);

    public override void Note(EntityEntry entry, SaveNotes notes)
    {
        if (entry.State == EntityState.Added && notes.Options.Exclude.Roles is { Count: > 0 } excluded && NameOf(entry) is { } name && excluded.Contains(name))
        {
            notes.Add(new Change(member, entry, notes.Time));
        }
    }

    private string? NameOf(EntityEntry entry)
    {
        if (_reference?.PrincipalEntityType.FindProperty(nameof(IdentityRole.Name)) is not { } name)
        {
            return null;
        }

        var (id, key) = (entry.CurrentValues[role], _reference.PrincipalKey.Properties[0]);
        return UndetectedEntries.Of(entry.Context)
            .Where(tracked => _reference.PrincipalEntityType.IsAssignableFrom(tracked.Metadata) && Equals(tracked.CurrentValues[key], id))
            .Select(tracked => tracked.CurrentValues[name] as string)
            .FirstOrDefault();
    }

    private sealed class Change(IProperty member, EntityEntry entry, TimeProvider time) : INotedChange
    {
        public IEnumerable<FoundChange> Read() => !IsGone(entry) && KeyText.Of(entry.CurrentValues[member]) is { } userId
            ? [new FoundChange(
                new RoleGiven { Key = MessageIds.Next(), UserId = userId, At = time.GetUtcNow(), IsExcluded = true },
                entry,
                row => row is not null)]
            : [];
    }
}
