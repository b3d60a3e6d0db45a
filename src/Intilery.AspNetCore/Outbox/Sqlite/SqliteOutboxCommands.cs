using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>The store's statements, prepared once per connection.</summary>
internal sealed class SqliteOutboxCommands : IDisposable
{
    private const string Row = "id, event, user_id, due, payload, destination";

    private readonly SqliteConnection _connection;
    private readonly List<SqliteStatement> _all = [];
    private readonly SqliteStatement _insertIntent;
    private readonly SqliteStatement _deleteIntent;
    private readonly SqliteStatement _readIntents;
    private readonly SqliteStatement _insertRow;
    private readonly SqliteStatement _deleteRow;
    private readonly SqliteStatement _readDueRows;
    private readonly SqliteStatement _readRows;
    private readonly SqliteStatement _countRows;
    private readonly SqliteStatement _insertDeadLetter;
    private readonly SqliteStatement _deleteDeadLetter;
    private readonly SqliteStatement _readDeadLetters;
    private readonly SqliteStatement _countOthers;

    public SqliteOutboxCommands(SqliteConnection connection)
    {
        _connection = connection;
        Trials = new SqliteTrials(connection);

        // Not INSERT OR IGNORE, which also ignores a row that breaks another constraint: that would be a silent loss.
        _insertIntent = Statement(
            "INSERT INTO intents (id, scope, user_id, payload) VALUES ($id, $scope, $user, $payload) ON CONFLICT (id) DO NOTHING",
            "$id", "$scope", "$user", "$payload");
        _deleteIntent = Statement("DELETE FROM intents WHERE id = $id", "$id");
        _readIntents = Statement("SELECT id, scope, user_id, payload FROM intents ORDER BY id");
        _insertRow = Statement(
            """
            INSERT INTO rows (id, event, user_id, due, payload, destination) VALUES ($id, $event, $user, $due, $payload, $destination)
            ON CONFLICT (id) DO NOTHING
            """,
            "$id", "$event", "$user", "$due", "$payload", "$destination");
        _deleteRow = Statement("DELETE FROM rows WHERE id = $id", "$id");
        _readDueRows = Statement(
            $"""
            SELECT {Row} FROM rows
            WHERE destination = $destination AND due <= $now
                AND (user_id IS NULL OR user_id NOT IN (SELECT user_id FROM intents))
            ORDER BY id LIMIT $limit
            """,
            "$destination", "$now", "$limit");
        _readRows = Statement($"SELECT {Row} FROM rows WHERE id > $after ORDER BY id LIMIT $limit", "$after", "$limit");
        _countRows = Statement("SELECT destination, count(*) FROM rows GROUP BY destination");
        _insertDeadLetter = Statement(
            """
            INSERT INTO dead_letters (id, event, user_id, due, payload, destination, message, rejected)
            VALUES ($id, $event, $user, $due, $payload, $destination, $message, $rejected) ON CONFLICT (id) DO NOTHING
            """,
            "$id", "$event", "$user", "$due", "$payload", "$destination", "$message", "$rejected");
        _deleteDeadLetter = Statement("DELETE FROM dead_letters WHERE id = $id", "$id");
        _readDeadLetters = Statement($"SELECT {Row}, message, rejected FROM dead_letters WHERE id > $after ORDER BY id LIMIT $limit", "$after", "$limit");
        _countOthers = Statement("SELECT (SELECT count(*) FROM intents), (SELECT count(*) FROM dead_letters), (SELECT coalesce(max(id), 0) FROM rows)");
    }

    public SqliteTrials Trials { get; }

    /// <summary>Prepares all of them, so that a file without their tables and columns shows now.</summary>
    public void Prepare()
    {
        _all.ForEach(statement => statement.Prepare());
        Trials.Prepare();
    }

    /// <summary>Does it all or nothing. Plain statements: prepared commands may then be used inside and outside of it alike.</summary>
    public T InTransaction<T>(Func<T> work)
    {
        SqliteSchema.Execute(_connection, "BEGIN IMMEDIATE");
        try
        {
            var result = work();
            SqliteSchema.Execute(_connection, "COMMIT");
            return result;
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    /// <summary>Writes an intent, or settles: what somebody else settled is left out.</summary>
    public void Write(OutboxWrite write)
    {
        if (write.Intent is { } intent)
        {
            Insert(intent);
        }

        if (write.Commit is { } settlement)
        {
            var deleted = settlement.Intents.Where(DeleteIntent).ToHashSet();
            foreach (var row in settlement.Rows)
            {
                if (IsSettledHere(row.IntentId) && Trials.Admit(row) is { } admitted)
                {
                    Insert(admitted);
                }
            }

            foreach (var deadLetter in settlement.DeadLetters)
            {
                if (IsSettledHere(deadLetter.Row.IntentId) && Trials.Admit(deadLetter.Row) is { } admitted)
                {
                    Insert(deadLetter with { Row = admitted });
                }
            }

            foreach (var change in settlement.Trials.Where(change => IsSettledHere(change.IntentId)))
            {
                Trials.Apply(change, out _);
            }

            bool IsSettledHere(long? intent) => intent is not { } id || deleted.Contains(id);
        }
    }

    public void Insert(Intent intent) => _insertIntent.Execute(intent.Id, intent.Scope, intent.UserId, intent.Payload.ToArray());

    public bool DeleteIntent(long id) => _deleteIntent.Execute(id) == 1;

    public void Insert(OutboxRow row) => _insertRow.Execute(
        row.Id, row.EventName, row.UserId, row.DueAt.ToUnixTimeMilliseconds(), row.Payload.ToArray(), row.Destination);

    /// <summary>Returns whether the row was there.</summary>
    public bool DeleteRow(long id) => _deleteRow.Execute(id) == 1;

    public void Insert(DeadLetter deadLetter)
    {
        var (row, message, at) = deadLetter;
        _insertDeadLetter.Execute(
            row.Id, row.EventName, row.UserId, row.DueAt.ToUnixTimeMilliseconds(), row.Payload.ToArray(), row.Destination, message, at.ToUnixTimeMilliseconds());
    }

    public bool DeleteDeadLetter(long id) => _deleteDeadLetter.Execute(id) == 1;

    public IReadOnlyList<OutboxRow> ReadDueRows(string destination, DateTimeOffset now, int limit) =>
        _readDueRows.Read(ToRow, destination, now.ToUnixTimeMilliseconds(), limit);

    public IReadOnlyList<OutboxRow> ReadRows(long after, int limit) => _readRows.Read(ToRow, after, limit);

    public IReadOnlyList<DeadLetter> ReadDeadLetters(long after, int limit) => _readDeadLetters.Read(
        reader => new DeadLetter(ToRow(reader), reader.GetString(6), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(7))), after, limit);

    public IReadOnlyList<Intent> ReadIntents() => _readIntents.Read(
        reader => new Intent(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<byte[]>(3)));

    public OutboxStatus ReadStatus()
    {
        var byDestination = _countRows.Read(reader => (reader.GetString(0), reader.GetInt64(1))).ToDictionary(StringComparer.Ordinal);
        var (intents, deadLetters, last) = _countOthers.Read(reader => (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)))[0];
        return new OutboxStatus(byDestination.Values.Sum(), intents, deadLetters, byDestination) { LastId = last };
    }

    public void Dispose()
    {
        Trials.Dispose();
        _all.ForEach(statement => statement.Dispose());
    }

    private static OutboxRow ToRow(SqliteDataReader reader) => new(
        reader.GetInt64(0),
        reader.GetString(1),
        reader.IsDBNull(2) ? null : reader.GetString(2),
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(3)),
        reader.GetFieldValue<byte[]>(4))
    {
        Destination = reader.GetString(5),
    };

    private SqliteStatement Statement(string sql, params ReadOnlySpan<string> parameters)
    {
        var statement = new SqliteStatement(_connection, sql, parameters);
        _all.Add(statement);
        return statement;
    }

    private void RollBack()
    {
        try
        {
            SqliteSchema.Execute(_connection, "ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself, as it does when the disk is full; the fault that led here is the one to report.
        }
    }
}
