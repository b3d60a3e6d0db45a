using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox.EntityFramework;
using Intilery.AspNetCore.Trials;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Intilery.AspNetCore.Outbox.Sql;

/// <summary>
/// The statements of the outbox. Plain SQL: no query filter, command interceptor or change tracker of the application meets them.
/// </summary>
internal sealed class OutboxSql
{
    /// <summary>The row of the table of nodes that is the lease on delivery, and no node.</summary>
    public const string Lease = "delivery";

    /// <summary>The lease's owner when no process holds it.</summary>
    public const string Nobody = "";

    private static readonly ConditionalWeakTable<IModel, OutboxSql> _byModel = [];
    private static readonly string _known = OutboxFormat.Current.ToString(CultureInfo.InvariantCulture);

    public OutboxSql(OutboxTables tables, SqlDialect dialect)
    {
        Dialect = dialect;
        var (rows, intents, letters, nodes, trials, state) =
            (tables.Rows, tables.Intents, tables.DeadLetters, tables.Nodes, tables.Trials, tables.State);
        var (rowId, rowUser, rowDestination, position) =
            (rows[nameof(IntileryOutboxRows.Id)], rows[nameof(IntileryOutboxRows.UserId)], rows[nameof(IntileryOutboxRows.Destination)], rows[nameof(IntileryOutboxRows.Position)]);
        var (intentId, intentUser) = (intents[nameof(IntileryOutboxIntents.Id)], intents[nameof(IntileryOutboxIntents.UserId)]);
        var letterId = letters[nameof(IntileryOutboxDeadLetters.Id)];
        var ofUser = $"{rowUser} = {P(0)}" + (tables.AnySegmentOfUsers is { } any ? $" AND {any}" : "");
        string Known(SqlTable table) => $"{table["Format"]} <= {_known}";

        // Nodes.
        var (node, owner, fence, beat) =
            (nodes[nameof(IntileryOutboxNodes.Id)], nodes[nameof(IntileryOutboxNodes.Owner)], nodes[nameof(IntileryOutboxNodes.Fence)], nodes[nameof(IntileryOutboxNodes.Beat)]);
        InsertNode =
            $"""
            INSERT INTO {nodes.Name} ({node}, {owner}, {fence}, {beat}, {nodes[nameof(IntileryOutboxNodes.Format)]}, {nodes[nameof(IntileryOutboxNodes.Name)]})
            SELECT {P(0)}, '{Nobody}', 0, 1, {_known}, {P(1)} WHERE NOT EXISTS (SELECT 1 FROM {nodes.Name} WHERE {node} = {P(0)})
            """;
        ReadNodes = $"SELECT {node}, {owner}, {fence}, {beat}, {nodes[nameof(IntileryOutboxNodes.Name)]} FROM {nodes.Name}";
        Beat = $"UPDATE {nodes.Name} SET {beat} = {beat} + 1 WHERE {node} = {P(0)}";
        DeleteNode = $"DELETE FROM {nodes.Name} WHERE {node} = {P(0)}";
        DeleteDeadNode =
            $"""
            DELETE FROM {nodes.Name} WHERE {node} = {P(0)} AND {beat} = {P(1)}
                AND NOT EXISTS (SELECT 1 FROM {intents.Name} WHERE {intents[nameof(IntileryOutboxIntents.Owner)]} = {P(0)})
            """;
        TakeLease =
            $"""
            UPDATE {nodes.Name} SET {owner} = {P(0)}, {fence} = {fence} + 1, {beat} = {beat} + 1
            WHERE {node} = '{Lease}' AND {fence} = {P(1)} AND {beat} = {P(2)}
            """;
        RenewLease = $"UPDATE {nodes.Name} SET {beat} = {beat} + 1 WHERE {node} = '{Lease}' AND {owner} = {P(0)} AND {fence} = {P(1)}";
        ReleaseLease = $"UPDATE {nodes.Name} SET {owner} = '{Nobody}' WHERE {node} = '{Lease}' AND {owner} = {P(0)} AND {fence} = {P(1)}";
        HoldsLease = $" AND EXISTS (SELECT 1 FROM {nodes.Name} WHERE {node} = '{Lease}' AND {owner} = {P(0)} AND {fence} = {P(1)})";

        // Intents.
        string[] intentColumns =
        [
            nameof(IntileryOutboxIntents.Id),
            nameof(IntileryOutboxIntents.Owner),
            nameof(IntileryOutboxIntents.Scope),
            nameof(IntileryOutboxIntents.UserId),
            nameof(IntileryOutboxIntents.TraceParent), nameof(IntileryOutboxIntents.Payload),
        ];
        InsertIntents = new SqlInsert(intents, intentColumns, null);
        var intentTable = $"{intents.Name} ({intents.Columns([.. intentColumns, nameof(IntileryOutboxIntents.Format)])})";
        AppendIntent = dialect.Fenced(dialect.AppendIntent(intentTable, [.. intentColumns.Select((_, i) => P(i)), _known]));
        AppendIntents = dialect.AppendIntents(intentTable, P(0), _known) is { } many ? dialect.Fenced(many) : null;
        ReadIntents = $"SELECT {intents.Columns(intentColumns)} FROM {intents.Name} WHERE {Known(intents)} ORDER BY {intentId}";
        ReadHeldUsers =
            $"""
            SELECT {intentUser}, MIN({intentId}), COUNT(*) FROM {intents.Name} WHERE {intentUser} <> ''
            GROUP BY {intentUser} ORDER BY MIN({intentId}) {dialect.Limit(P(0))}
            """;
        LockIntents = ids => dialect.Lock(intents.Name, intentId, ids);
        FindIntents = $"SELECT {intentId} FROM {intents.Name} WHERE {intentId} IN ";
        DeleteIntents = $"DELETE FROM {intents.Name} WHERE {intentId} IN ";
        CountIntents = $"SELECT COUNT(*) FROM {intents.Name}";

        // Rows.
        string[] rowColumns =
        [
            nameof(IntileryOutboxRows.Id),
            nameof(IntileryOutboxRows.Destination),
            nameof(IntileryOutboxRows.UserId),
            nameof(IntileryOutboxRows.Event),
            nameof(IntileryOutboxRows.Due),
            nameof(IntileryOutboxRows.Backfill),
            nameof(IntileryOutboxRows.TraceParent),
            nameof(IntileryOutboxRows.Payload),
        ];
        var selectRows = $"SELECT {rows.Columns(rowColumns)}, {position} FROM {rows.Name}";
        InsertRows = new SqlInsert(rows, rowColumns, intents);
        var firstHeld = tables.AnySegmentOfUsers is null
            ? $"(SELECT MIN(h.{position}) FROM {rows.Name} h WHERE h.{rowUser} IN (SELECT {intentUser} FROM {intents.Name}))"
            : "NULL";
        ReadDueRows =
            $"""
            SELECT {rows.Columns(rowColumns)}, {position}, {firstHeld}
            FROM {rows.Name}
            WHERE {rowDestination} = {P(0)} AND {rows[nameof(IntileryOutboxRows.Backfill)]} = {P(1)} AND {position} >= {P(2)}
                AND {rows[nameof(IntileryOutboxRows.Due)]} <= {P(3)} AND {Known(rows)}
                AND ({rowUser} IS NULL OR {rowUser} NOT IN (SELECT {intentUser} FROM {intents.Name}))
            ORDER BY {position} {dialect.Limit(P(4))}
            """;
        ReadRowsAfter = $"{selectRows} WHERE {position} > {P(0)} AND {Known(rows)} ORDER BY {position} {dialect.Limit(P(1))}";
        ReadRowsOfUserAfter = $"{selectRows} WHERE {ofUser} AND {rowId} > {P(1)} AND {Known(rows)} ORDER BY {position}";
        ReadUsersAfter = $"SELECT {rowId}, {rowUser} FROM {rows.Name} WHERE {rowId} > {P(0)} ORDER BY {rowId} {dialect.Limit(P(1))}";
        ReadRowsOfUser = $"{selectRows} WHERE {ofUser} AND {Known(rows)} ORDER BY {position} {dialect.Limit(P(1))}";
        ReadRowsById = $"{selectRows} WHERE {rowId} > {P(0)} AND {Known(rows)} ORDER BY {rowId} {dialect.Limit(P(1))}";
        ReadRowsOfUserById = $"{selectRows} WHERE {ofUser} AND {rowId} > {P(1)} AND {Known(rows)} ORDER BY {rowId} {dialect.Limit(P(2))}";
        DeleteRows = $"DELETE FROM {rows.Name} WHERE {rowId} IN ";

        // Of indexes alone: a count reads no payload.
        CountRows = $"SELECT {rowDestination}, COUNT(*) FROM {rows.Name} GROUP BY {rowDestination}";
        ReadLastRowId = $"SELECT MAX({rowId}) FROM {rows.Name}";
        ReadFirstDueRow =
            $"""
            SELECT {rowId}, {rows[nameof(IntileryOutboxRows.Due)]} FROM {rows.Name}
            WHERE {rowDestination} = {P(0)} AND {rows[nameof(IntileryOutboxRows.Backfill)]} = {P(1)} AND {rows[nameof(IntileryOutboxRows.Due)]} <= {P(2)} AND {Known(rows)}
            ORDER BY {position} {dialect.Limit(P(3))}
            """;
        CountNewerRows =
            $"""
            SELECT COUNT(*) FROM (SELECT {rows["Format"]} AS f FROM {rows.Name}
                WHERE {rowDestination} = {P(0)} AND {rows[nameof(IntileryOutboxRows.Backfill)]} = 0 ORDER BY {position} {dialect.Limit(P(1))}) r
            WHERE r.f > {_known}
            """;
        CountNewerIntents = $"SELECT COUNT(*) FROM {intents.Name} WHERE {intents["Format"]} > {_known}";
        ReadFirstIntentId = $"SELECT MIN({intentId}) FROM {intents.Name}";

        var isBackfill = $"{rows[nameof(IntileryOutboxRows.Backfill)]} = 1";
        CountBackfill = $"SELECT COUNT(*) FROM {rows.Name} WHERE {rowDestination} = {P(0)} AND {isBackfill}";
        Supersede = (first, count) =>
            $"""
            DELETE FROM {rows.Name} WHERE {isBackfill} AND {rows[nameof(IntileryOutboxRows.Event)]} = '{EventNames.Identify}'
                AND {rowUser} IN ({string.Join(", ", Enumerable.Range(first, count).Select(P))})
            """;

        ReadIntentsOfUser =
            $"SELECT {intents.Columns(intentColumns)} FROM {intents.Name} WHERE {intentUser} = {P(0)} AND {Known(intents)} ORDER BY {intentId}";

        // Dead letters.
        string[] lettered = [.. rowColumns.Where(column => column != nameof(IntileryOutboxRows.Backfill))];
        string[] letterColumns = [.. lettered, nameof(IntileryOutboxDeadLetters.Message), nameof(IntileryOutboxDeadLetters.Rejected)];
        InsertDeadLetters = new SqlInsert(letters, letterColumns, intents);
        Reject = fenced =>
            $"""
            INSERT INTO {letters.Name} ({letters.Columns([.. letterColumns, nameof(IntileryOutboxDeadLetters.Format)])})
            SELECT {rows.Columns(lettered)}, {P(fenced ? 3 : 1)}, {P(fenced ? 4 : 2)}, {rows[nameof(IntileryOutboxRows.Format)]} FROM {rows.Name} WHERE {rowId} = {P(fenced ? 2 : 0)}
                AND NOT EXISTS (SELECT 1 FROM {letters.Name} WHERE {letterId} = {P(fenced ? 2 : 0)}){(fenced ? HoldsLease : "")}
            """;
        var selectLetters = $"SELECT {letters.Columns(letterColumns)} FROM {letters.Name}";
        ReadDeadLetters = $"{selectLetters} WHERE {letterId} > {P(0)} AND {Known(letters)} ORDER BY {letterId} {dialect.Limit(P(1))}";
        ReadDeadLettersOfUser =
            $"{selectLetters} WHERE {letters[nameof(IntileryOutboxDeadLetters.UserId)]} = {P(0)} AND {Known(letters)} ORDER BY {letterId}";
        FindDeadLetters = $"{selectLetters} WHERE {Known(letters)} AND {letterId} IN ";
        DeleteDeadLetters = $"DELETE FROM {letters.Name} WHERE {letterId} IN ";
        DeleteOldDeadLetters =
            $"DELETE FROM {letters.Name} WHERE {letters[nameof(IntileryOutboxDeadLetters.Rejected)]} < {P(0)} AND {Known(letters)}";
        CountDeadLetters = $"SELECT COUNT(*) FROM {letters.Name}";

        // Trials.
        var (key, version, due, trialUser, group) =
            (trials[nameof(IntileryOutboxTrials.Key)], trials[nameof(IntileryOutboxTrials.Version)], trials[nameof(IntileryOutboxTrials.Due)],
                trials[nameof(IntileryOutboxTrials.UserId)], trials[nameof(IntileryOutboxTrials.GroupId)]);
        string[] trialColumns =
        [
            nameof(IntileryOutboxTrials.Key),
            nameof(IntileryOutboxTrials.Version),
            nameof(IntileryOutboxTrials.Generation),
            nameof(IntileryOutboxTrials.Due),
            nameof(IntileryOutboxTrials.UserId),
            nameof(IntileryOutboxTrials.GroupId),
            nameof(IntileryOutboxTrials.Starts),
            nameof(IntileryOutboxTrials.Ends),
            nameof(IntileryOutboxTrials.Plan), nameof(IntileryOutboxTrials.Destination), nameof(IntileryOutboxTrials.Ended),
        ];
        var selectTrials = $"SELECT {trials.Columns(trialColumns)} FROM {trials.Name}";
        var isOpen = $"{trials[nameof(IntileryOutboxTrials.Ended)]} IS NULL";
        FindTrial = $"{selectTrials} WHERE {key} = {P(0)}";
        FindTrialsOfUser = $"{selectTrials} WHERE {trialUser} = {P(0)} ORDER BY {key}";
        FindTrialsOfAccount = $"{selectTrials} WHERE {group} = {P(0)}";

        // Values and no SELECT: only so does every database know the types of the parameters that are null.
        InsertTrial =
            $"""
            INSERT INTO {trials.Name} ({trials.Columns([.. trialColumns, nameof(IntileryOutboxTrials.Format)])})
            VALUES ({string.Join(", ", trialColumns.Select((_, i) => P(i)))}, {_known})
            """;
        UpdateTrial =
            $"""
            UPDATE {trials.Name} SET {string.Join(", ", trialColumns.Select((property, i) => $"{trials[property]} = {P(i)}").Skip(1))}
            WHERE {key} = {P(0)} AND {version} = {P(trialColumns.Length)}
            """;
        DeleteTrial = $"DELETE FROM {trials.Name} WHERE {key} = {P(0)} AND {version} = {P(1)}";
        ReadNextTrials =
            $"{selectTrials} WHERE {due} < {Trial.Never.ToString(CultureInfo.InvariantCulture)} AND {Known(trials)} ORDER BY {due}, {key} {dialect.Limit(P(0))}";
        ReadTrialsAfter = $"{selectTrials} WHERE {key} > {P(0)} AND {Known(trials)} ORDER BY {key} {dialect.Limit(P(1))}";
        DeleteEndedTrials = $"DELETE FROM {trials.Name} WHERE {trials[nameof(IntileryOutboxTrials.Ended)]} < {P(0)}";

        // State.
        var (stateName, stateVersion, stateValue) =
            (state[nameof(IntileryOutboxState.Name)], state[nameof(IntileryOutboxState.Version)], state[nameof(IntileryOutboxState.Value)]);
        var stateColumns = $"{stateName}, {stateVersion}, {stateValue}";
        ReadState = $"SELECT {stateColumns} FROM {state.Name} WHERE {stateName} = {P(0)}";
        ReadStatesAfter = $"SELECT {stateColumns} FROM {state.Name} WHERE {stateName} > {P(0)} ORDER BY {stateName} {dialect.Limit(P(1))}";
        InsertState = $"INSERT INTO {state.Name} ({stateColumns}) VALUES ({P(0)}, {P(1)}, {P(2)})";
        UpdateState =
            $"UPDATE {state.Name} SET {stateVersion} = {P(2)}, {stateValue} = {P(3)} WHERE {stateName} = {P(0)} AND {stateVersion} = {P(1)}";
        DeleteState = $"DELETE FROM {state.Name} WHERE {stateName} = {P(0)} AND {stateVersion} = {P(1)}";

        // A person, and a destination. The trial of an account goes on, without a user; a node that has just read a trial must not end it
        // under the erased name, nor at the former destination.
        FindRowsOfUser = $"SELECT {rowId} FROM {rows.Name} WHERE {ofUser} ORDER BY {(tables.AnySegmentOfUsers is null ? rowId : position)} {dialect.Limit(P(1))}";
        PurgeUser =
        [
            $"DELETE FROM {rows.Name} WHERE {ofUser}",
            $"DELETE FROM {intents.Name} WHERE {intentUser} = {P(0)}",
            $"DELETE FROM {letters.Name} WHERE {letters[nameof(IntileryOutboxDeadLetters.UserId)]} = {P(0)}",
            $"DELETE FROM {trials.Name} WHERE {group} IS NULL AND {trialUser} = {P(0)}",
            $"UPDATE {trials.Name} SET {trialUser} = NULL, {version} = {version} + 1 WHERE {trialUser} = {P(0)}",
        ];
        var trialDestination = trials[nameof(IntileryOutboxTrials.Destination)];
        CountTrials = $"SELECT {trialDestination}, COUNT(*) FROM {trials.Name} WHERE {isOpen} GROUP BY {trialDestination}";
        Redirect =
        [
            $"UPDATE {rows.Name} SET {rowDestination} = {P(1)} WHERE {rowDestination} = {P(0)}",
            $"UPDATE {trials.Name} SET {trialDestination} = {P(1)}, {version} = {version} + 1 WHERE {trialDestination} = {P(0)} AND {isOpen}",
        ];
        PurgeDestination =
        [
            $"DELETE FROM {rows.Name} WHERE {rowDestination} = {P(0)}",
            $"DELETE FROM {trials.Name} WHERE {trialDestination} = {P(0)} AND {isOpen}",
        ];
        Probes =
        [
            $"{selectRows} WHERE {Known(rows)} AND 1 = 0",
            $"SELECT {intents.Columns([.. intentColumns, nameof(IntileryOutboxIntents.Format)])} FROM {intents.Name} WHERE 1 = 0",
            $"{selectLetters} WHERE {Known(letters)} AND 1 = 0",
            $"{selectTrials} WHERE {Known(trials)} AND 1 = 0",
        ];
    }

    public SqlDialect Dialect { get; }

    /// <summary>Gets queries that fail if a table or a column of it is missing, and return nothing.</summary>
    public IReadOnlyList<string> Probes { get; }

    /// <summary>Gets the statement that adds a node, or the lease: id, name.</summary>
    public string InsertNode { get; }

    public string ReadNodes { get; }

    public string Beat { get; }

    public string DeleteNode { get; }

    /// <summary>Gets the statement that deletes a node whose beat stands still, once no intent names it: id, beat.</summary>
    public string DeleteDeadNode { get; }

    /// <summary>Gets the statement that takes the lease as it was seen: owner, fence, beat.</summary>
    public string TakeLease { get; }

    /// <summary>Gets the statement that keeps the lease: owner, fence.</summary>
    public string RenewLease { get; }

    public string ReleaseLease { get; }

    /// <summary>
    /// Gets the condition that fences what only the lease's holder may do: owner, fence are the statement's first parameters.
    /// </summary>
    public string HoldsLease { get; }

    public SqlInsert InsertIntents { get; }

    /// <summary>Gets the insert into the application's own transaction, see <see cref="SqlDialect.AppendIntent"/>.</summary>
    public string AppendIntent { get; }

    /// <summary>
    /// Gets the same for several at once, see <see cref="SqlDialect.AppendIntents"/>; <see langword="null"/> where <see
    /// cref="InsertIntents"/> inserts them.
    /// </summary>
    public string? AppendIntents { get; }

    public string ReadIntents { get; }

    /// <summary>Gets the query of the users that intents hold back, with the first intent and how many there are: how many users.</summary>
    public string ReadHeldUsers { get; }

    public string ReadIntentsOfUser { get; }

    /// <summary>
    /// Gets the query that locks a list of intents and returns their ids; <see langword="null"/> where that is not needed.
    /// </summary>
    public Func<string, string?> LockIntents { get; }

    /// <summary>Gets the query of intents' ids without the list of them, see <see cref="List"/>.</summary>
    public string FindIntents { get; }

    /// <summary>Gets the statement without its list of ids, see <see cref="List"/>.</summary>
    public string DeleteIntents { get; }

    public string CountIntents { get; }

    public SqlInsert InsertRows { get; }

    /// <summary>
    /// Gets the query of rows that can be delivered, with the first position that is held back (not where users are in segments):
    /// destination, backfill, first position, now, how many.
    /// </summary>
    public string ReadDueRows { get; }

    public string ReadRowsAfter { get; }

    /// <summary>Gets the query of a user's first rows in the order of delivery: user, how many.</summary>
    public string ReadRowsOfUser { get; }

    public string ReadRowsById { get; }

    public string ReadRowsOfUserById { get; }

    /// <summary>Gets the query of a user's rows that were recorded after an id: user, id.</summary>
    public string ReadRowsOfUserAfter { get; }

    /// <summary>Gets the query of the ids and users of the rows that were recorded after an id: id, how many.</summary>
    public string ReadUsersAfter { get; }

    /// <inheritdoc cref="DeleteIntents"/>
    public string DeleteRows { get; }

    public string CountRows { get; }

    /// <summary>Gets the query of how many rows of a backfill there are: destination.</summary>
    public string CountBackfill { get; }

    /// <summary>
    /// Gets the statement that deletes users' backfilled identify: the index of the first user's parameter, and how many there are.
    /// </summary>
    public Func<int, int, string> Supersede { get; }

    public string ReadLastRowId { get; }

    /// <summary>Gets the query of the first row that is due, held back or not: destination, backfill, now, how many.</summary>
    public string ReadFirstDueRow { get; }

    public string ReadFirstIntentId { get; }

    /// <summary>Gets the query of how many of a destination's first rows are of a newer format: destination, how many first rows.</summary>
    public string CountNewerRows { get; }

    public string CountNewerIntents { get; }

    public SqlInsert InsertDeadLetters { get; }

    /// <summary>
    /// Gets the statement that copies a row to the dead letters: its id, message, time; after owner and fence if it is fenced.
    /// </summary>
    public Func<bool, string> Reject { get; }

    public string ReadDeadLetters { get; }

    public string ReadDeadLettersOfUser { get; }

    /// <inheritdoc cref="DeleteIntents"/>
    public string FindDeadLetters { get; }

    /// <inheritdoc cref="DeleteIntents"/>
    public string DeleteDeadLetters { get; }

    public string DeleteOldDeadLetters { get; }

    public string CountDeadLetters { get; }

    public string FindTrial { get; }

    public string FindTrialsOfAccount { get; }

    public string FindTrialsOfUser { get; }

    public string InsertTrial { get; }

    /// <summary>Gets the statement that changes a trial as it was seen: its new values, the version seen.</summary>
    public string UpdateTrial { get; }

    public string DeleteTrial { get; }

    public string ReadNextTrials { get; }

    public string ReadTrialsAfter { get; }

    public string DeleteEndedTrials { get; }

    /// <summary>Gets the query of the ids of a person's first rows: user, how many.</summary>
    public string FindRowsOfUser { get; }

    /// <summary>Gets the statements that erase a person: the user's id.</summary>
    public IReadOnlyList<string> PurgeUser { get; }

    public string CountTrials { get; }

    public string ReadState { get; }

    public string ReadStatesAfter { get; }

    public string InsertState { get; }

    /// <summary>Gets the statement that changes a state as it was seen: name, the version seen, the new one, value.</summary>
    public string UpdateState { get; }

    public string DeleteState { get; }

    /// <summary>Gets the statements that change the destination of rows, and of open trials: from, to.</summary>
    public IReadOnlyList<string> Redirect { get; }

    /// <summary>Gets the statements that delete the rows, and the open trials, of a destination.</summary>
    public IReadOnlyList<string> PurgeDestination { get; }

    /// <summary>Returns whether the model holds the outbox's tables.</summary>
    public static bool IsIn(IModel model) => model.FindEntityType(typeof(IntileryOutboxIntents)) is not null;

    /// <summary>Returns the statements over the tables of a context's model, with the names that the model gives.</summary>
    public static OutboxSql Of(DbContext context) => _byModel.GetValue(context.Model, model =>
    {
        var names = context.GetService<ISqlGenerationHelper>();
        return new OutboxSql(
            new OutboxTables(
                SqlTable.Of(model, typeof(IntileryOutboxRows), names),
                SqlTable.Of(model, typeof(IntileryOutboxIntents), names),
                SqlTable.Of(model, typeof(IntileryOutboxDeadLetters), names),
                SqlTable.Of(model, typeof(IntileryOutboxNodes), names),
                SqlTable.Of(model, typeof(IntileryOutboxTrials), names),
                SqlTable.Of(model, typeof(IntileryOutboxState), names)),
            SqlDialect.Of(context.Database.ProviderName));
    });

    /// <summary>Returns the placeholder of a parameter, which is its name too.</summary>
    public static string P(int index) => "@p" + index.ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes ids into a statement: they are numbers of ours, and their number would exceed that of parameters.</summary>
    public static string List(IEnumerable<long> ids) =>
        $"({string.Join(", ", ids.Select(id => id.ToString(CultureInfo.InvariantCulture)))})";
}

/// <summary>
/// An insert of many rows in one statement: of those whose id is not there yet, and whose intent, if they depend on one, is. A repeated
/// write is of the process that wrote first, so no other process races for the id.
/// </summary>
internal sealed class SqlInsert
{
    private readonly SqlTable _table;
    private readonly IReadOnlyList<string> _properties;
    private readonly SqlTable? _intents;
    private readonly string _columns;
    private readonly string _one;

    /// <param name="table">The table.</param>
    /// <param name="properties">The properties of the values, the id first. The current format is added.</param>
    /// <param name="intents">The table of intents, for rows that may depend on one: their last value is its id, or 0.</param>
    public SqlInsert(SqlTable table, IReadOnlyList<string> properties, SqlTable? intents)
    {
        (_table, _properties, _intents) = (table, properties, intents);
        _columns = $"{table.Columns(properties)}, {table["Format"]}";
        Width = properties.Count + (intents is null ? 0 : 1);
        _one = Text(1);
    }

    /// <summary>Gets how many values a row has.</summary>
    public int Width { get; }

    /// <summary>Gets the statement for one row.</summary>
    public string One => _one;

    /// <summary>Returns the statement for many rows.</summary>
    public string Text(int count)
    {
        var text = new StringBuilder();
        Write(text, 0, count);
        return text.ToString();
    }

    /// <summary>Writes the statement for many rows, whose parameters begin at an index.</summary>
    public void Write(StringBuilder text, int first, int count)
    {
        if (count == 1)
        {
            string V(int i) => OutboxSql.P(first + i);
            text.Append(CultureInfo.InvariantCulture, $"INSERT INTO {_table.Name} ({_columns}) SELECT ");
            text.AppendJoin(", ", Enumerable.Range(0, _properties.Count).Select(V));
            text.Append(CultureInfo.InvariantCulture, $", {OutboxFormat.Current} WHERE {Condition(V)}");
            return;
        }

        var rows = new StringBuilder("(");
        for (var row = 0; row < count; row++)
        {
            rows.Append(CultureInfo.InvariantCulture, $"{(row == 0 ? "SELECT" : " UNION ALL SELECT")} {row}{(row == 0 ? " AS n" : "")}");
            for (var i = 0; i < Width; i++)
            {
                rows.Append(", ").Append(OutboxSql.P(first + (row * Width) + i));
                if (row == 0)
                {
                    rows.Append(" AS ").Append(Name(i));
                }
            }
        }

        Write(text, rows.Append(") v").ToString());
    }

    /// <summary>
    /// Writes the statement for any number of rows from an array of each of their values, whose parameters begin at an index. Returns
    /// <see langword="false"/> where the database takes no arrays.
    /// </summary>
    public bool TryWriteArrays(StringBuilder text, int first, SqlDialect dialect)
    {
        var places = Enumerable.Range(0, Width);
        if (dialect.Unnest(
            string.Join(", ", places.Select(i => OutboxSql.P(first + i))), $"{string.Join(", ", places.Select(Name))}, n") is not { } rows)
        {
            return false;
        }

        Write(text, rows);
        return true;
    }

    private static string Name(int value) => "v" + value.ToString(CultureInfo.InvariantCulture);

    private void Write(StringBuilder text, string rows)
    {
        text.Append(CultureInfo.InvariantCulture, $"INSERT INTO {_table.Name} ({_columns}) SELECT ");
        text.AppendJoin(", ", Enumerable.Range(0, _properties.Count).Select(i => "v." + Name(i)));
        text.Append(
            CultureInfo.InvariantCulture, $", {OutboxFormat.Current} FROM {rows} WHERE {Condition(i => "v." + Name(i))} ORDER BY v.n");
    }

    private string Condition(Func<int, string> value)
    {
        var isNew = $"NOT EXISTS (SELECT 1 FROM {_table.Name} t WHERE t.{_table[_properties[0]]} = {value(0)})";
        return _intents is null
            ? isNew
            : $"{isNew} AND ({value(Width - 1)} = 0 OR EXISTS (SELECT 1 FROM {_intents.Name} i WHERE i.{_intents[nameof(IntileryOutboxIntents.Id)]} = {value(Width - 1)}))";
    }
}
