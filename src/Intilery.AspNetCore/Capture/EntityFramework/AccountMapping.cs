using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>What the application says of an entity type that is an account.</summary>
internal sealed class AccountMapping(Type type, MappedMember account, MappedMember? name, MappedFlag? isDeleted)
    : EntityMapping(type, $"MapAccounts<{type.Name}>")
{
    public override IEnumerable<string> Faults(IEntityType entity)
    {
        foreach (var member in new[] { account, isDeleted?.Member })
        {
            if (member is not null && member.ColumnOf(entity) is null)
            {
                yield return NoColumn(member, entity);
            }
        }
    }

    public override EntityWatch? Watch(IEntityType entity) => Faults(entity).Any() ? null : new AccountWatch(
        account.ColumnOf(entity)!,
        name is null ? null : new MappedValue(name, entity),
        isDeleted is null ? null : (isDeleted.ColumnOf(entity)!, isDeleted.IsDeleted));
}
