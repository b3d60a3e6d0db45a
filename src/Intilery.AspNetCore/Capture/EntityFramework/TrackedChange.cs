using Intilery.AspNetCore.Capture.Code;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// An event that goes with a save. No row says it: whether it is left after a rollback to a savepoint, another row of the same save
/// tells.
/// </summary>
internal sealed class TrackedChange(TrackedEvent tracked, EntityEntry? witness) : ISavedChangeSource
{
    private readonly EntityState? _state = witness?.State;

    /// <summary>Returns the entity of a save that can tell best whether the save stands.</summary>
    public static EntityEntry? WitnessOf(DbContext context) => Undetected.Entries(context)
        .Where(entry => entry.State is EntityState.Added or EntityState.Deleted or EntityState.Modified)
        .MinBy(entry => entry.State switch { EntityState.Added => 0, EntityState.Deleted => 1, _ => 2 });

    public IEnumerable<FoundChange> Read()
    {
        var saved = _state == EntityState.Modified ? witness!.CurrentValues.Clone() : null;
        yield return new FoundChange(tracked.Fact, witness, row => _state switch
        {
            EntityState.Added => row is not null,
            EntityState.Deleted => row is null,
            EntityState.Modified => row is not null && row.Properties.All(property => property.GetValueComparer().Equals(row[property], saved![property])),

            // Nobody can tell.
            _ => false,
        });
    }
}
