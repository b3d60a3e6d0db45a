using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Which rows of a table count, by the value of one column.</summary>
/// <param name="Column">The column; <see langword="null"/> if every row counts.</param>
/// <param name="Includes">Whether a row with this value does.</param>
internal sealed record RowRule(IProperty? Column, Func<object?, bool> Includes)
{
    /// <summary>Gets the only values that can count, where they are few: the database need not return the others.</summary>
    public Func<IEnumerable<string>>? Values { get; init; }

    public static RowRule Every { get; } = new(null, static _ => true);

    public bool IncludesRow(PropertyValues values) => Includes(Column is null ? null : values[Column]);
}
