using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>What the application says of an entity type that holds trials.</summary>
internal sealed class TrialMapping(Type type, TrialMembers members) : EntityMapping(type, $"MapTrials<{type.Name}>")
{
    public override IEnumerable<string> Faults(IEntityType entity)
    {
        foreach (var member in new[] { members.Trial, members.Account })
        {
            if (member.ColumnOf(entity) is null)
            {
                yield return NoColumn(member, entity);
            }
        }
    }

    public override EntityWatch? Watch(IEntityType entity) => Faults(entity).Any() ? null : new TrialWatch(new TrialReader(
        members.Trial.ColumnOf(entity)!,
        members.Account.ColumnOf(entity)!,
        new MappedValue(members.End, entity),
        Optional(members.Start, entity),
        Optional(members.Plan, entity),
        Optional(members.IsTrial, entity)));

    private static MappedValue? Optional(MappedMember? member, IEntityType entity) => member is null ? null : new MappedValue(member, entity);
}
