using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Reads some columns of the rows of a table that have given keys: a plain command on the context's own connection and transaction, which
/// no query filter, interceptor or change tracker of the application meets.
/// </summary>
internal sealed class RowQuery
{
    // SQL Server takes 2,100 parameters in a command, others more.
    private const int MaxParameters = 1_000;

    // What waits for locks longer than that is not worth the host's time.
    private const int TimeoutSeconds = 2;

    private const string Savepoint = "intilery_rows";

    private readonly DbContext _context;
    private readonly StoreObjectIdentifier _table;
    private readonly IReadOnlyList<IProperty> _key;
    private readonly IReadOnlyList<object[]> _values;

    private RowQuery(
        DbContext context,
        StoreObjectIdentifier table,
        IReadOnlyList<IProperty> columns,
        IReadOnlyList<IProperty> key,
        IReadOnlyList<object[]> values)
    {
        (_context, _table, Columns, _key, _values) = (context, table, columns, key, values);
    }

    public IReadOnlyList<IProperty> Columns { get; }

    /// <summary>Gets the only values of a column whose rows are asked for; <see langword="null"/> for all rows.</summary>
    public (IProperty Column, IReadOnlyList<object> Values)? Filter { get; init; }

    /// <summary>
    /// Gets a value indicating whether only the different rows are asked for, without any lock: the table may have many with a key, and no
    /// index by it.
    /// </summary>
    public bool IsDistinct { get; init; }

    /// <summary>Gets a column that has to have a value; <see langword="null"/> if none has to.</summary>
    public IProperty? Required { get; init; }

    /// <summary>Gets how many keys are asked for.</summary>
    public int KeyCount => _values.Count;

    /// <summary>Gets the rows that were read, with the values of <see cref="Columns"/>.</summary>
    public List<object?[]> Rows { get; } = [];

    // On PostgreSQL alone a query that fails takes the application's transaction with it.
    private bool IsFenced => (_context.Database.CurrentTransaction is not null || AmbientTransaction.Of(_context) is not null)
        && _context.Database.ProviderName!.Contains("PostgreSQL", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Returns the table that holds a column of an entity type or of one that it owns; <see langword="null"/> if none does.
    /// </summary>
    public static StoreObjectIdentifier? TableOf(IEntityType type, IProperty column)
    {
        for (var holder = type; holder is not null; holder = holder.BaseType)
        {
            if (StoreObjectIdentifier.Create(holder, StoreObjectType.Table) is { } table && column.GetColumnName(table) is not null)
            {
                return table;
            }
        }

        return null;
    }

    /// <summary>Returns the queries of the rows of a table that have one of the keys, as few as there may be.</summary>
    public static IEnumerable<RowQuery> Of(
        DbContext context,
        StoreObjectIdentifier table,
        IReadOnlyList<IProperty> columns,
        IReadOnlyList<IProperty> key,
        IEnumerable<object[]> values,
        (IProperty Column, IReadOnlyList<object> Values)? filter = null,
        IProperty? required = null,
        bool isDistinct = false) =>
        values.Chunk(MaxParameters / key.Count).Select(
            chunk => new RowQuery(context, table, columns, key, chunk) { Filter = filter, Required = required, IsDistinct = isDistinct });

    public void Read()
    {
        try
        {
            using var command = Command(Text(out var parameters), parameters);
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                Add(reader);
            }
        }
        catch when (IsFenced)
        {
            using var undo = Command(Undo);
            undo.ExecuteNonQuery();
            throw;
        }
    }

    public async Task ReadAsync()
    {
        // No token of the request's: cut off here, what it saves would be read wrong.
        try
        {
            var command = Command(Text(out var parameters), parameters);
            await using var commandScope = command.ConfigureAwait(false);
            var reader = await command.ExecuteReaderAsync(CancellationToken.None).ConfigureAwait(false);
            await using var readerScope = reader.ConfigureAwait(false);
            while (await reader.ReadAsync(CancellationToken.None).ConfigureAwait(false))
            {
                Add(reader);
            }
        }
        catch when (IsFenced)
        {
            var undo = Command(Undo);
            await using var undoScope = undo.ConfigureAwait(false);
            await undo.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    private static string Undo => $"ROLLBACK TO SAVEPOINT {Savepoint}; RELEASE SAVEPOINT {Savepoint}";

    private DbCommand Command(string text, IEnumerable<Func<DbCommand, DbParameter>>? parameters = null)
    {
        var command = _context.Database.GetDbConnection().CreateCommand();
        command.Transaction = _context.Database.CurrentTransaction?.GetDbTransaction();
        command.CommandTimeout = TimeoutSeconds;
#pragma warning disable CA2100 // Names from the model, delimited; values are parameters.
        command.CommandText = text;
#pragma warning restore CA2100
        foreach (var parameter in parameters ?? [])
        {
            command.Parameters.Add(parameter(command));
        }

        return command;
    }

    private string Text(out List<Func<DbCommand, DbParameter>> parameters)
    {
        var sql = _context.GetService<ISqlGenerationHelper>();
        List<Func<DbCommand, DbParameter>> added = [];
        var keys = _key.Select(Name).ToList();
        var conditions = _key.Count == 1
            ? $"{keys[0]} IN ({string.Join(", ", _values.Select(value => Parameter(_key[0], value[0])))})"
            : $"({string.Join(" OR ", _values.Select(value => $"({string.Join(" AND ", keys.Select((name, i) => $"{name} = {Parameter(_key[i], value[i])}"))})"))})";
        if (Filter is var (column, allowed))
        {
            conditions += $" AND {Name(column)} IN ({string.Join(", ", allowed.Select(value => Parameter(column, value)))})";
        }

        if (Required is { IsNullable: true } required)
        {
            conditions += $" AND {Name(required)} IS NOT NULL";
        }

        // SQL Server's readers wait for the locks of writers, row by row.
        var hint = IsDistinct && _context.Database.ProviderName!.EndsWith("SqlServer", StringComparison.Ordinal)
            ? " WITH (READUNCOMMITTED)"
            : string.Empty;
        var text = $"SELECT {(IsDistinct ? "DISTINCT " : string.Empty)}{string.Join(", ", Columns.Select(Name))} FROM {sql.DelimitIdentifier(_table.Name, _table.Schema)}{hint} WHERE {conditions}";
        parameters = added;
        return IsFenced ? $"SAVEPOINT {Savepoint}; {text}; RELEASE SAVEPOINT {Savepoint}" : text;

        string Name(IProperty property) => sql.DelimitIdentifier(property.GetColumnName(_table)!);

        string Parameter(IProperty property, object value)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"intilery_{added.Count}");
            added.Add(command => property.GetRelationalTypeMapping().CreateParameter(command, sql.GenerateParameterName(name), value));
            return sql.GenerateParameterNamePlaceholder(name);
        }
    }

    private void Add(DbDataReader reader)
    {
        var row = new object?[Columns.Count];
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = Value(reader, i);
        }

        Rows.Add(row);
    }

    // As EF Core reads a column: by the method and the converter of its mapping.
    private object? Value(DbDataReader reader, int ordinal)
    {
        if (reader.IsDBNull(ordinal))
        {
            return null;
        }

        var mapping = Columns[ordinal].GetRelationalTypeMapping();
        var value = mapping.GetDataReaderMethod().Invoke(reader, [ordinal]);
        return mapping.Converter is { } converter ? converter.ConvertFromProvider(value) : value;
    }
}
