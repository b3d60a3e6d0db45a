using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>A watched row that a save inserts, updates or deletes.</summary>
internal sealed class ChangedRow(EntityEntry entry)
{
    private Dictionary<IProperty, object?>? _stored;
    private PropertyValues? _before;
    private PropertyValues? _now;

    public EntityEntry Entry => entry;

    /// <summary>Gets what the save does to the row, or to what it owns.</summary>
    public EntityState State { get; } = entry.State;

    public bool IsDeleted => State == EntityState.Deleted;

    /// <summary>Gets a value indicating whether the database has no such row, so that the save changes none.</summary>
    public bool IsMissing { get; private set; }

    /// <summary>
    /// Gets what the row holds in the database before the save, else, of columns that were not read, what EF Core takes it to hold;
    /// <see langword="null"/> of a row that is inserted.
    /// </summary>
    public PropertyValues? Before => State == EntityState.Added ? null : _before ??= Tracked(entry);

    /// <summary>Gets what the entity holds; <see langword="null"/> if the row is deleted.</summary>
    public PropertyValues? After => IsDeleted ? null : Values;

    /// <summary>Gets what the entity holds, even if the row is deleted.</summary>
    public PropertyValues Values => _now ??= entry.CurrentValues;

    /// <summary>Returns what EF Core takes the row to hold: with full notifications it keeps no original values.</summary>
    public static PropertyValues Tracked(EntityEntry entry) =>
        entry.Metadata.GetChangeTrackingStrategy() == ChangeTrackingStrategy.ChangingAndChangedNotifications
            ? entry.CurrentValues
            : entry.OriginalValues;

    /// <summary>Whether a column is one that the save writes.</summary>
    public static bool Writes(EntityEntry entry, IProperty column) => column.DeclaringType is IComplexType complex
        ? Of(entry, complex.ComplexProperty).Property(column).IsModified
        : entry.Property(column).IsModified;

    public void Miss() => IsMissing = true;

    /// <summary>Takes the values that the database has of some columns.</summary>
    public void Store(IReadOnlyList<IProperty> columns, object?[] values)
    {
        _stored ??= [];
        _before ??= Tracked(entry).Clone();
        for (var i = 0; i < columns.Count; i++)
        {
            var column = columns[i];
            _stored[column] = values[i];
            if (column.DeclaringType.ContainingEntityType.IsAssignableFrom(entry.Metadata) && (values[i] is not null || column.IsNullable))
            {
                _before[column] = values[i];
            }
        }
    }

    /// <summary>Returns whether a column was read, one of an owned entity in the row perhaps, and what the database had in it.</summary>
    public bool TryGetStored(IProperty column, out object? value)
    {
        value = null;
        return _stored?.TryGetValue(column, out value) == true;
    }

    private static ComplexPropertyEntry Of(EntityEntry entry, IComplexProperty property) => property.DeclaringType is IComplexType outer
        ? Of(entry, outer.ComplexProperty).ComplexProperty(property)
        : entry.ComplexProperty(property);
}
