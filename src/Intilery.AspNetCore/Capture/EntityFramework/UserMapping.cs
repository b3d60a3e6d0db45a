using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>How the application maps its user type.</summary>
internal sealed class UserMapping(
    Type type, IReadOnlyDictionary<ProfileMembers, MappedMember> members, MappedMember? tenant, MappedFlag? isDeleted)
    : EntityMapping(type, $"MapUsers<{type.Name}>")
{
    public MappedMember? Tenant => tenant;

    public MappedFlag? IsDeleted => isDeleted;

    public MappedMember? Of(ProfileMembers member) => members.GetValueOrDefault(member);

    public override IEnumerable<string> Faults(IEntityType entity)
    {
        if (entity.FindPrimaryKey() is not { Properties.Count: 1 } && entity.FindProperty(nameof(IdentityUser.Id)) is null)
        {
            yield return $"{entity.DisplayName()} has no key of one column.";
        }

        if (tenant is not null && tenant.ColumnOf(entity) is null)
        {
            yield return NoColumn(tenant, entity);
        }

        if (isDeleted is not null && isDeleted.ColumnOf(entity) is null)
        {
            yield return NoColumn(isDeleted.Member, entity);
        }
    }

    // Users are watched by Identity's conventions, with or without a mapping.
    public override EntityWatch? Watch(IEntityType entity) => null;
}
