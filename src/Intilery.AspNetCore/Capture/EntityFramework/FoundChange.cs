using Intilery.AspNetCore.Capture.Code;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Something that a save changes.</summary>
internal interface ISavedChangeSource
{
    /// <summary>Returns, after the save, what it means: nothing, or one or more facts.</summary>
    IEnumerable<FoundChange> Read();
}

/// <summary>What a save has changed, and how to look it up again after a rollback to a savepoint.</summary>
/// <param name="Fact">What it means.</param>
/// <param name="Entry">The entity whose row proves it; <see langword="null"/> if none does.</param>
/// <param name="IsIn">Whether the row, <see langword="null"/> if it is gone, still proves it.</param>
internal sealed record FoundChange(CapturedFact Fact, EntityEntry? Entry, Func<PropertyValues?, bool> IsIn) : IStoredFact
{
    public bool IsStored() => IsIn(Entry?.GetDatabaseValues());

    public async ValueTask<bool> IsStoredAsync(CancellationToken cancellationToken) =>
        IsIn(Entry is { } entry ? await entry.GetDatabaseValuesAsync(cancellationToken).ConfigureAwait(false) : null);
}

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
            EntityState.Modified =>
                row is not null && row.Properties.All(property => property.GetValueComparer().Equals(row[property], saved![property])),

            // No row can show it.
            _ => false,
        });
    }
}
