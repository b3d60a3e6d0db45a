using Intilery.AspNetCore.Capture.Code;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// An event that was tracked with a save. It has no row: another row of the same save shows whether a rollback to a savepoint has
/// left it.
/// </summary>
internal sealed class TrackedChange(TrackedEvent tracked, EntityEntry? witness) : ISavedChangeSource
{
    private readonly EntityState? _state = witness?.State;

    /// <summary>Returns the entity whose row shows best whether the save was rolled back.</summary>
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

            // No row can show it.
            _ => false,
        });
    }
}
