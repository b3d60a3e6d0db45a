using System.Globalization;
using System.Reflection;
using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// How a value of an entity is read: from a column of its own, from an entity that it owns, or by the application's own code.
/// </summary>
internal sealed class MappedValue
{
    private readonly IProperty? _property;
    private readonly MappedMember? _computed;
    private readonly IReadOnlyList<string> _owned = [];

    public MappedValue(IProperty property) => (_property, Columns) = (property, [property]);

    public MappedValue(MappedMember member, IEntityType type)
    {
        _property = member.ColumnOf(type) ?? ComplexColumnOf(member, type);
        if (_property is null && OwnedColumnOf(member, type) is { } property)
        {
            (_property, _owned) = (property, [.. member.Path!.SkipLast(1)]);
        }
        else if (_property is null)
        {
            _computed = member;
        }

        Columns = _property is null ? [.. type.GetProperties()] : [_property];
    }

    /// <summary>Gets a value indicating whether the value is in an entity of its own, which changes by itself.</summary>
    public bool IsOwned => _owned.Count > 0;

    /// <summary>
    /// Gets a value indicating whether the member is marked as personal data; what is computed has no mark, and was chosen.
    /// </summary>
    public bool IsPersonalData =>
        (_property?.PropertyInfo ?? (MemberInfo?)_property?.FieldInfo) is { } member
            && Attribute.IsDefined(member, typeof(PersonalDataAttribute));

    /// <summary>Gets the columns that the value is read from, in the entity's own table or in that of an entity that it owns.</summary>
    public IReadOnlyList<IProperty> Columns { get; }

    /// <summary>Whether a save of the entity, as it is now, writes what the value is read from.</summary>
    public bool IsWritten(EntityEntry entry) =>
        !IsOwned ? Columns.Any(column => ChangedRow.Writes(entry, column))
        : Holder(entry) is { } holder
            && (holder.State is EntityState.Added or EntityState.Deleted || ChangedRow.Writes(holder, _property!));

    /// <summary>Whether the entity's owned object was put in the place of another one, of which nothing is known any more.</summary>
    public bool IsReplaced(ChangedRow row) =>
        IsOwned && row.State != EntityState.Added && !row.TryGetStored(_property!, out _) && Holder(row.Entry)?.State == EntityState.Added;

    /// <summary>Returns the value as text, bounded and cleaned; empty is absent.</summary>
    public static string? Text(object? value) =>
        EventText.Captured(value as string ?? (value as IFormattable)?.ToString(null, CultureInfo.InvariantCulture) ?? value?.ToString());

    public object? Current(EntityEntry entry) => Current(entry, entry.CurrentValues);

    /// <summary>Returns the value that the entity has, whose own current values are at hand.</summary>
    public object? Current(EntityEntry entry, PropertyValues values) =>
        _computed is not null ? _computed.Compute(entry.Entity) : IsOwned ? Holder(entry)?.CurrentValues[_property!] : values[_property!];

    /// <summary>Returns the value of a row of the entity's own table; what is not in that row is read from the entity.</summary>
    public object? In(PropertyValues row, EntityEntry entry) =>
        _computed is not null ? _computed.Compute(row.ToObject()) : IsOwned ? Current(entry) : row[_property!];

    /// <summary>Returns the value that the row held before a save; <see langword="null"/> where that is not known.</summary>
    public object? Before(ChangedRow row) =>
        row.Before is not { } before ? null
        : _computed is not null ? _computed.Compute(before.ToObject())
        : !IsOwned ? before[_property!]
        : row.TryGetStored(_property!, out var stored) ? stored
        : Tracked(row.Entry);

    /// <summary>Returns the value that EF Core takes the row to hold; <see langword="null"/> where that is not known.</summary>
    public object? Tracked(EntityEntry entry) =>
        _computed is not null ? _computed.Compute(ChangedRow.Tracked(entry).ToObject())
        : Holder(entry) is { State: not (EntityState.Added or EntityState.Detached) } holder ? ChangedRow.Tracked(holder)[_property!]
        : null;

    private EntityEntry? Holder(EntityEntry entry)
    {
        var holder = entry;
        foreach (var name in _owned)
        {
            holder = holder?.Reference(name).TargetEntry;
        }

        return holder;
    }

    private static IProperty? OwnedColumnOf(MappedMember member, IEntityType type)
    {
        IEntityType? owner = type;
        foreach (var name in member.Path?.SkipLast(1) ?? [])
        {
            owner = owner?.FindNavigation(name) is { IsCollection: false, ForeignKey.IsOwnership: true, IsOnDependent: false } navigation
                ? navigation.TargetEntityType
                : null;
        }

        return owner == type || member.Path is null ? null : owner?.FindProperty(member.Path[^1]);
    }

    private static IProperty? ComplexColumnOf(MappedMember member, IEntityType type)
    {
        ITypeBase? holder = type;
        foreach (var name in member.Path?.SkipLast(1) ?? [])
        {
            holder = holder?.FindComplexProperty(name) is { IsCollection: false } complex ? complex.ComplexType : null;
        }

        return holder == type || member.Path is null ? null : holder?.FindProperty(member.Path[^1]);
    }
}
