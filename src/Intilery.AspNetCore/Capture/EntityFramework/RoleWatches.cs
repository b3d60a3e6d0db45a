using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Watches who is given a role whose users are excluded: an administrator makes a colleague, whom no principal describes yet. The role's
/// name is known where the role is loaded, as it is by Identity's own manager.
/// </summary>
/// <param name="member">The user's id.</param>
/// <param name="role">The role's id.</param>
/// <param name="options">The options, with the excluded roles.</param>
internal sealed class UserRoleWatch(IProperty member, IProperty role, IOptionsMonitor<IntileryOptions> options) : EntityWatch
{
    private readonly IForeignKey? _reference = role.GetContainingForeignKeys().FirstOrDefault(key => key.Properties.Count == 1);

    public override IEnumerable<IProperty> Columns => [];

    public override bool IsTouchedBy(EntityEntry entry) => entry.State == EntityState.Added && options.CurrentValue.Exclude.Roles.Count > 0;

    public override void Note(ChangedRow row, PendingSave save)
    {
        if (NameOf(row.Entry, save) is { } name && save.Options.Exclude.Roles.Contains(name))
        {
            save.Add(new Change(member, row, save.Time));
        }
    }

    private string? NameOf(EntityEntry entry, PendingSave save) =>
        _reference?.PrincipalEntityType is { } roles && roles.FindProperty(nameof(IdentityRole.Name)) is { } name
            ? save.Tracked(roles, _reference.PrincipalKey.Properties[0], entry.CurrentValues[role])?.CurrentValues[name] as string
            : null;

    private sealed class Change(IProperty member, ChangedRow changed, TimeProvider time) : ISavedChangeSource
    {
        public IEnumerable<FoundChange> Read() => KeyText.Of(changed.Entry.CurrentValues[member]) is { } userId
            ? [new FoundChange(
                new RoleGiven { Key = MessageIds.Next(), UserId = userId, At = time.GetUtcNow(), IsExcluded = true },
                changed.Entry,
                row => row is not null)]
            : [];
    }
}

/// <summary>
/// Watches the stored claims that hold a user's role in its account: one is often stored just after the membership itself.
/// </summary>
internal sealed class RoleClaimWatch(MembershipSource source) : EntityWatch
{
    public MembershipSource Source => source;

    public override IEnumerable<IProperty> Columns => source.Columns;

    public override bool IsTouchedBy(EntityEntry entry) => entry.State != EntityState.Deleted && source.IsTouchedBy(entry);

    public override void Note(ChangedRow row, PendingSave save)
    {
        if (!row.IsDeleted && source.Read(row.After) is { } role && source.Read(row.Before) != role)
        {
            save.Add(new Change(source, row, save.Time));
        }
    }

    private sealed class Change(MembershipSource source, ChangedRow changed, TimeProvider time) : ISavedChangeSource
    {
        public IEnumerable<FoundChange> Read() => source.Read(changed.After) is var (userId, role)
            ? [new FoundChange(
                new RoleStored { Key = MessageIds.Next(), UserId = userId, At = time.GetUtcNow(), Role = role },
                changed.Entry,
                row => source.Read(row)?.AccountId == role)]
            : [];
    }
}
