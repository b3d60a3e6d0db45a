using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Intilery.AspNetCore.Outbox.Sql;

/// <summary>A table of the outbox with its names as SQL writes them.</summary>
internal sealed class SqlTable
{
    private readonly Func<string, string> _columnOf;

    private SqlTable(string name, Func<string, string> columnOf) => (Name, _columnOf) = (name, columnOf);

    /// <summary>Gets the name, with its schema, delimited.</summary>
    public string Name { get; }

    /// <summary>Gets the delimited column of a property.</summary>
    public string this[string property] => _columnOf(property);

    /// <summary>Returns the table that an application's model maps an entity to.</summary>
    public static SqlTable Of(IModel model, Type type, ISqlGenerationHelper sql)
    {
        var entity = model.FindEntityType(type)!;
        var table = StoreObjectIdentifier.Create(entity, StoreObjectType.Table)!.Value;
        return new SqlTable(
            sql.DelimitIdentifier(table.Name, table.Schema),
            property => sql.DelimitIdentifier(entity.FindProperty(property)!.GetColumnName(table)!));
    }

    /// <summary>Returns a table of a file of ours, whose columns are in snake case.</summary>
    public static SqlTable OfFile(string name) =>
        new(
            name,
            property =>
                string.Concat(property.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(c) : c.ToString())));

    public string Columns(IEnumerable<string> properties, string prefix = "") =>
        string.Join(", ", properties.Select(property => prefix + this[property]));
}

/// <summary>The outbox's tables.</summary>
internal sealed record OutboxTables(SqlTable Rows, SqlTable Intents, SqlTable DeadLetters, SqlTable Nodes, SqlTable Trials, SqlTable State)
{
    /// <summary>
    /// Gets the condition, true for every row, by which an index of users that is kept in segments is searched; <see langword="null"/>
    /// where the index is of users alone. Rows of several users are not searched for in segments.
    /// </summary>
    public string? AnySegmentOfUsers { get; init; }
}
