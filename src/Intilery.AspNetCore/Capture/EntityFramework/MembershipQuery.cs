using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Asks one source which memberships some users have. A plain command on the context's own connection and transaction: no query
/// filter, command interceptor or change tracker of the application meets it.
/// </summary>
internal sealed class MembershipQuery
{
    /// <summary>How many rows are read at most. Of more, what is not read would be told wrong.</summary>
    public const int MaxRows = 10_000;

    // What waits for locks longer than that is not worth the host's time.
    private const int TimeoutSeconds = 2;

    private readonly IProperty[] _columns;

    private MembershipQuery(MembershipSource source, DbCommand command)
    {
        Source = source;
        _columns = Columns(source);
        Command = command;
    }

    public MembershipSource Source { get; }

    public DbCommand Command { get; }

    /// <summary>Returns the query, or <see langword="null"/> if the source is in no table of this database or its keys are of another type.</summary>
    public static MembershipQuery? Of(DbContext context, MembershipSource source, IEnumerable<object> memberKeys)
    {
        var type = Nullable.GetUnderlyingType(source.Member.ClrType) ?? source.Member.ClrType;
        var keys = memberKeys.Where(type.IsInstanceOfType).ToList();
        if (keys.Count == 0 || !source.IsWholeTable || StoreObjectIdentifier.Create(source.Type, StoreObjectType.Table) is not { } table)
        {
            return null;
        }

        var columns = Columns(source).Select(property => property.GetColumnName(table)).ToList();
        if (columns.Contains(null))
        {
            return null;
        }

        var sql = context.GetService<ISqlGenerationHelper>();
        var command = context.Database.GetDbConnection().CreateCommand();
        command.Transaction = context.Database.CurrentTransaction?.GetDbTransaction();
        command.CommandTimeout = TimeoutSeconds;
        var (member, rule) = (source.Member.GetRelationalTypeMapping(), source.Rule);
        command.CommandText =
            $"SELECT {string.Join(", ", columns.Select(column => sql.DelimitIdentifier(column!)))} FROM {sql.DelimitIdentifier(table.Name, table.Schema)} "
            + $"WHERE {sql.DelimitIdentifier(columns[0]!)} IN ({Parameters(keys, member)})";
        if (rule.Values?.Invoke().ToList() is { Count: > 0 } values)
        {
            command.CommandText += $" AND {sql.DelimitIdentifier(columns[2]!)} IN ({Parameters(values, rule.Column!.GetRelationalTypeMapping())})";
        }

        return new MembershipQuery(source, command);

        string Parameters(IEnumerable<object> values, RelationalTypeMapping mapping) => string.Join(", ", values.Select(value =>
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"intilery_{command.Parameters.Count}");
            command.Parameters.Add(mapping.CreateParameter(command, sql.GenerateParameterName(name), value));
            return sql.GenerateParameterNamePlaceholder(name);
        }));
    }

    /// <summary>Returns what the reader's row says, or <see langword="null"/> if it says nothing.</summary>
    public Membership? Read(DbDataReader reader) =>
        Source.Rule.Includes(_columns.Length > 2 ? Value(reader, 2) : null) ? MembershipSource.Read(Value(reader, 0), Value(reader, 1)) : null;

    private static IProperty[] Columns(MembershipSource source) =>
        source.Rule.Column is { } rule ? [source.Member, source.Account, rule] : [source.Member, source.Account];

    // As EF Core reads a column: by the method and the converter of its mapping.
    private object? Value(DbDataReader reader, int ordinal)
    {
        if (reader.IsDBNull(ordinal))
        {
            return null;
        }

        var mapping = _columns[ordinal].GetRelationalTypeMapping();
        var value = mapping.GetDataReaderMethod().Invoke(reader, [ordinal]);
        return mapping.Converter is { } converter ? converter.ConvertFromProvider(value) : value;
    }
}
