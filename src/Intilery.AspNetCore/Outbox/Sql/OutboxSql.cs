using System.Globalization;
using System.Runtime.CompilerServices;
using Intilery.AspNetCore.Outbox.EntityFramework;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Row = Intilery.AspNetCore.Outbox.EntityFramework.OutboxRowEntity;
using IntentRow = Intilery.AspNetCore.Outbox.EntityFramework.OutboxIntentEntity;
using Letter = Intilery.AspNetCore.Outbox.EntityFramework.OutboxDeadLetterEntity;
using Node = Intilery.AspNetCore.Outbox.EntityFramework.OutboxNodeEntity;

namespace Intilery.AspNetCore.Outbox.Sql;

/// <summary>
/// The statements of the outbox over one model, with the names that the model gives. Plain SQL through the context's own
/// connection: no query filter, command interceptor or change tracker of the application meets them.
/// </summary>
internal sealed class OutboxSql
{
    private static readonly ConditionalWeakTable<IModel, OutboxSql> _byModel = [];

    private OutboxSql(DbContext context)
    {
        var sql = context.GetService<ISqlGenerationHelper>();
        var rows = new OutboxTable(context.Model, typeof(Row), sql);
        var intents = new OutboxTable(context.Model, typeof(IntentRow), sql);
        var letters = new OutboxTable(context.Model, typeof(Letter), sql);
        var nodes = new OutboxTable(context.Model, typeof(Node), sql);
        string[] rowColumns =
            [nameof(Row.Id), nameof(Row.Destination), nameof(Row.UserId), nameof(Row.Event), nameof(Row.Due), nameof(Row.Payload)];
        string[] intentColumns =
            [nameof(IntentRow.Id), nameof(IntentRow.Owner), nameof(IntentRow.Scope), nameof(IntentRow.UserId), nameof(IntentRow.Payload)];

        Nodes = new NodeSql(nodes, intents, sql);
        Trials = new TrialSql(new OutboxTable(context.Model, typeof(OutboxTrialEntity), sql), sql, context.Database.ProviderName!);
        Destinations = new DestinationSql(rows, new OutboxTable(context.Model, typeof(OutboxTrialEntity), sql), sql);
        InsertIntent = Insert(intents, sql, intentColumns);

        AppendIntent = SqlDialect.AppendIntent(
            context.Database.ProviderName!, $"{intents.Name} ({intents.Columns(intentColumns)})", [.. Enumerable.Range(0, intentColumns.Length).Select(P)]);
        DeleteIntent = $"DELETE FROM {intents.Name} WHERE {intents[nameof(IntentRow.Id)]} = {P(0)}";
        InsertRow = Insert(rows, sql, rowColumns);
        DeleteRows = $"DELETE FROM {rows.Name} WHERE {Nodes.HoldsLease} AND {rows[nameof(Row.Id)]} IN ";
        InsertDeadLetter =
            $"""
            INSERT INTO {letters.Name} ({letters.Columns([.. rowColumns, nameof(Letter.Message), nameof(Letter.Rejected)])})
            SELECT {rows.Columns(rowColumns)}, {P(3)}, {P(4)} FROM {rows.Name} WHERE {rows[nameof(Row.Id)]} = {P(2)} AND {Nodes.HoldsLease}
            """;
        string[] letterColumns = [.. rowColumns, nameof(Letter.Message), nameof(Letter.Rejected)];
        AddDeadLetter = Insert(letters, sql, letterColumns);
        ReadDeadLetters =
            $"""
            SELECT {letters.Columns(letterColumns)} FROM {letters.Name} WHERE {letters[nameof(Letter.Id)]} > {P(0)}
            ORDER BY {letters[nameof(Letter.Id)]} {SqlDialect.Limit(context.Database.ProviderName!, P(1))}
            """;
        RestoreRow =
            $"""
            INSERT INTO {rows.Name} ({rows.Columns(rowColumns)})
            SELECT {letters.Columns(rowColumns)} FROM {letters.Name} WHERE {letters[nameof(Letter.Id)]} = {P(0)}
                AND NOT EXISTS (SELECT 1 FROM {rows.Name} WHERE {rows[nameof(Row.Id)]} = {P(0)})
            """;
        DeleteDeadLetters = $"DELETE FROM {letters.Name} WHERE {letters[nameof(Letter.Id)]} IN ";
        DeleteOldDeadLetters = $"DELETE FROM {letters.Name} WHERE {letters[nameof(Letter.Rejected)]} < {P(0)}";
        PurgeUser =
        [
            $"DELETE FROM {rows.Name} WHERE {rows[nameof(Row.UserId)]} = {P(0)}",
            $"DELETE FROM {intents.Name} WHERE {intents[nameof(IntentRow.UserId)]} = {P(0)}",
            $"DELETE FROM {letters.Name} WHERE {letters[nameof(Letter.UserId)]} = {P(0)}",
            .. Trials.PurgeUser,
        ];
        ReadRows =
            $"""
            SELECT {rows.Columns(nameof(Row.Id), nameof(Row.Event), nameof(Row.UserId), nameof(Row.Due), nameof(Row.Payload))} FROM {rows.Name}
            WHERE {rows[nameof(Row.Destination)]} = {P(0)} AND {rows[nameof(Row.Due)]} <= {P(1)}
                AND ({rows[nameof(Row.UserId)]} IS NULL
                    OR {rows[nameof(Row.UserId)]} NOT IN (SELECT {intents[nameof(IntentRow.UserId)]} FROM {intents.Name}))
            ORDER BY {rows[nameof(Row.Id)]} {SqlDialect.Limit(context.Database.ProviderName!, P(2))}
            """;
        ReadIntents = $"SELECT {intents.Columns(intentColumns)} FROM {intents.Name} ORDER BY {intents[nameof(IntentRow.Id)]}";
        FindIntents = $"SELECT {intents[nameof(IntentRow.Id)]} FROM {intents.Name} WHERE {intents[nameof(IntentRow.Id)]} IN ";
        CountRows = $"SELECT {rows[nameof(Row.Destination)]}, COUNT(*), MAX({rows[nameof(Row.Id)]}) FROM {rows.Name} GROUP BY {rows[nameof(Row.Destination)]}";
        CountIntents = $"SELECT COUNT(*) FROM {intents.Name}";
        CountDeadLetters = $"SELECT COUNT(*) FROM {letters.Name}";
        Probes =
        [
            $"SELECT {rows.Columns(rowColumns)} FROM {rows.Name} WHERE 1 = 0",
            $"SELECT {intents.Columns(intentColumns)} FROM {intents.Name} WHERE 1 = 0",
            $"SELECT {letters.Columns([.. rowColumns, nameof(Letter.Message), nameof(Letter.Rejected)])} FROM {letters.Name} WHERE 1 = 0",
            Trials.Probe,
        ];

        string P(int index) => sql.GenerateParameterNamePlaceholder(Parameter(index));
    }

    public NodeSql Nodes { get; }

    public TrialSql Trials { get; }

    public DestinationSql Destinations { get; }

    /// <summary>Gets queries that fail if a table or a column of it is missing, and return nothing.</summary>
    public IReadOnlyList<string> Probes { get; }

    public string InsertIntent { get; }

    /// <summary>
    /// Gets the insert for the application's own transaction. It reads nothing: in a serializable one, what is read can make others fail.
    /// </summary>
    public string AppendIntent { get; }

    public string DeleteIntent { get; }

    public string InsertRow { get; }

    /// <summary>Gets the statement without its list of ids, see <see cref="List"/>: the lease's owner, fence.</summary>
    public string DeleteRows { get; }

    /// <summary>Gets the statement that copies a row: the lease's owner, fence; id, message, time.</summary>
    public string InsertDeadLetter { get; }

    public string AddDeadLetter { get; }

    public string ReadDeadLetters { get; }

    /// <summary>Gets the statement that copies a dead letter back: its id.</summary>
    public string RestoreRow { get; }

    /// <summary>Gets the statement without its list of ids, see <see cref="List"/>.</summary>
    public string DeleteDeadLetters { get; }

    public string DeleteOldDeadLetters { get; }

    /// <summary>Gets the statements that erase a person: the user's id.</summary>
    public IReadOnlyList<string> PurgeUser { get; }

    public string ReadRows { get; }

    public string ReadIntents { get; }

    /// <summary>Gets the look for intents, up to the list of their ids.</summary>
    public string FindIntents { get; }

    public string CountRows { get; }

    public string CountIntents { get; }

    public string CountDeadLetters { get; }

    /// <summary>Whether the model holds the outbox's tables.</summary>
    public static bool IsIn(IModel model) => model.FindEntityType(typeof(IntentRow)) is not null;

    public static OutboxSql Of(DbContext context) => _byModel.GetValue(context.Model, _ => new OutboxSql(context));

    /// <summary>Returns the name of a statement's parameter.</summary>
    public static string Parameter(int index) => $"p{index}";

    /// <summary>Writes ids into a statement: they are numbers of ours, and their number would exceed that of parameters.</summary>
    public static string List(IEnumerable<long> ids) =>
        $"({string.Join(", ", ids.Select(id => id.ToString(CultureInfo.InvariantCulture)))})";

    // Portable where ON CONFLICT and MERGE are not. A repeated write is this process's own, so nobody else races for the id.
    private static string Insert(OutboxTable table, ISqlGenerationHelper sql, string[] properties) =>
        $"""
        INSERT INTO {table.Name} ({table.Columns(properties)})
        SELECT {Values(sql, properties)}
        WHERE NOT EXISTS (SELECT 1 FROM {table.Name} WHERE {table[properties[0]]} = {sql.GenerateParameterNamePlaceholder(Parameter(0))})
        """;

    private static string Values(ISqlGenerationHelper sql, string[] properties) =>
        string.Join(", ", Enumerable.Range(0, properties.Length).Select(i => sql.GenerateParameterNamePlaceholder(Parameter(i))));
}
