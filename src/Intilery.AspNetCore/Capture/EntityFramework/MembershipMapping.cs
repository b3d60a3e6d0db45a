using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>What the application says of an entity type that makes users members of accounts.</summary>
internal sealed class MembershipMapping(Type type, MappedMember user, MappedMember account, MappedMember? role, MappedFlag? isDeleted)
    : EntityMapping(type, $"MapMemberships<{type.Name}>")
{
    public override IEnumerable<string> Faults(IEntityType entity)
    {
        foreach (var member in new[] { user, account, isDeleted?.Member })
        {
            if (member is not null && member.ColumnOf(entity) is null)
            {
                yield return NoColumn(member, entity);
            }
        }
    }

    public override EntityWatch? Watch(IEntityType entity)
    {
        if (Faults(entity).Any())
        {
            return null;
        }

        var rule = isDeleted is null ? RowRule.Every : new RowRule(isDeleted.ColumnOf(entity), value => !isDeleted.IsDeleted(value));
        return new MembershipWatch(new MembershipSource(
            entity, user.ColumnOf(entity)!, account.ColumnOf(entity)!, rule, role is null ? null : new MappedValue(role, entity)));
    }
}
