using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>A point in time that a row holds.</summary>
internal static class StoredDate
{
    private static readonly string[] _creation =
    [
        "CreatedAt", "CreatedAtUtc", "CreatedOn", "CreatedOnUtc", "CreatedUtc", "CreatedDate", "DateCreated", "Created", "CreationTime",
        "RegisteredAt", "RegisteredOn", "SignedUpAt", "JoinedAt", "JoinedOn", "AddedAt", "AddedOn",
    ];

    /// <summary>Returns the value as a time; <see langword="null"/> if it is none.</summary>
    /// <remarks>A time without a zone is taken for UTC, a date for its beginning; a structure left at its default is none.</remarks>
    public static DateTimeOffset? Of(object? value)
    {
        DateTimeOffset? date = value switch
        {
            DateTimeOffset own => own.ToUniversalTime(),
            DateTime { Kind: DateTimeKind.Local } local => new DateTimeOffset(local).ToUniversalTime(),
            DateTime time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
            DateOnly day => new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero),
            _ => null,
        };
        return date == default(DateTimeOffset) ? null : date;
    }

    /// <summary>Returns when a row was made, by the first of its properties that is named so; <see langword="null"/> if none is.</summary>
    public static DateTimeOffset? CreationOf(EntityEntry entry) =>
        PropertyOf(entry.Metadata) is { } property ? Of(entry.CurrentValues[property]) : null;

    private static IProperty? PropertyOf(IEntityType type) => _creation.Select(type.FindProperty).FirstOrDefault(IsDate);

    private static bool IsDate(IProperty? property) =>
        property is not null && (Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType) is var type
        && (type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(DateOnly));
}
