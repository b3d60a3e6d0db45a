using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>The store's statements, prepared once per connection.</summary>
internal sealed class SqliteOutboxCommands(SqliteConnection connection) : IDisposable
{
    // Not INSERT OR IGNORE, which also ignores a row that breaks another constraint: that would be a silent loss.
    private readonly SqliteCommand _insertIntent = Prepare(
        connection,
        "INSERT INTO intents (id, scope, user_id, payload) VALUES ($id, $scope, $user, $payload) ON CONFLICT (id) DO NOTHING",
        "$id", "$scope", "$user", "$payload");

    private readonly SqliteCommand _deleteIntent = Prepare(connection, "DELETE FROM intents WHERE id = $id", "$id");

    private readonly SqliteCommand _insertRow = Prepare(
        connection,
        """
        INSERT INTO rows (id, destination, user_id, event, due, payload) VALUES ($id, $destination, $user, $event, $due, $payload)
        ON CONFLICT (id) DO NOTHING
        """,
        "$id", "$destination", "$user", "$event", "$due", "$payload");

    private readonly SqliteCommand _deleteRow = Prepare(connection, "DELETE FROM rows WHERE id = $id", "$id");

    private readonly SqliteCommand _insertDeadLetter = Prepare(
        connection,
        """
        INSERT INTO dead_letters SELECT id, destination, user_id, event, due, payload, $message, $rejected FROM rows WHERE id = $id
        ON CONFLICT (id) DO NOTHING
        """,
        "$id", "$message", "$rejected");

    private readonly SqliteCommand _readRows = Prepare(
        connection,
        """
        SELECT id, event, user_id, due, payload FROM rows
        WHERE destination = $destination AND due <= $now
            AND (user_id IS NULL OR user_id NOT IN (SELECT user_id FROM intents))
        ORDER BY id LIMIT $limit
        """,
        "$destination", "$now", "$limit");

    private readonly SqliteCommand _readIntents = Prepare(connection, "SELECT id, scope, user_id, payload FROM intents ORDER BY id");

    private readonly SqliteCommand _countRows = Prepare(connection, "SELECT destination, count(*) FROM rows GROUP BY destination");

    private readonly SqliteCommand _countOthers = Prepare(
        connection, "SELECT (SELECT count(*) FROM intents), (SELECT count(*) FROM dead_letters)");

    /// <summary>Does it all or nothing. Plain statements: prepared commands may then be used inside and outside of it alike.</summary>
    public void InTransaction(Action work)
    {
        SqliteSchema.Execute(connection, "BEGIN IMMEDIATE");
        try
        {
            work();
            SqliteSchema.Execute(connection, "COMMIT");
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    public void Insert(Intent intent) => Execute(_insertIntent, intent.Id, intent.Scope, intent.UserId, intent.Payload.ToArray());

    public bool DeleteIntent(long id) => Execute(_deleteIntent, id) == 1;

    public void Insert(OutboxRow row) => Execute(
        _insertRow, row.Id, row.Destination, row.UserId, row.EventName, row.DueAt.ToUnixTimeMilliseconds(), row.Payload.ToArray());

    public void DeleteRow(long id) => Execute(_deleteRow, id);

    public void Insert(DeadLetter deadLetter) =>
        Execute(_insertDeadLetter, deadLetter.Row.Id, deadLetter.Message, deadLetter.At.ToUnixTimeMilliseconds());

    public IReadOnlyList<OutboxRow> ReadRows(string destination, DateTimeOffset now, int limit)
    {
        Bind(_readRows, destination, now.ToUnixTimeMilliseconds(), limit);
        using var reader = _readRows.ExecuteReader();
        var rows = new List<OutboxRow>();
        while (reader.Read())
        {
            rows.Add(new OutboxRow(
                reader.GetInt64(0),
                reader.GetString(1),
                reader.IsDBNull(2) ? null : reader.GetString(2),
                DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(3)),
                reader.GetFieldValue<byte[]>(4))
            {
                Destination = destination,
            });
        }

        return rows;
    }

    public IReadOnlyList<Intent> ReadIntents()
    {
        using var reader = _readIntents.ExecuteReader();
        var intents = new List<Intent>();
        while (reader.Read())
        {
            intents.Add(new Intent(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<byte[]>(3)));
        }

        return intents;
    }

    public OutboxStatus ReadStatus()
    {
        var byDestination = new Dictionary<string, long>(StringComparer.Ordinal);
        using (var reader = _countRows.ExecuteReader())
        {
            while (reader.Read())
            {
                byDestination[reader.GetString(0)] = reader.GetInt64(1);
            }
        }

        using var others = _countOthers.ExecuteReader();
        others.Read();
        return new OutboxStatus(byDestination.Values.Sum(), others.GetInt64(0), others.GetInt64(1), byDestination);
    }

    public void Dispose()
    {
        foreach (var command in (SqliteCommand[])
            [_insertIntent, _deleteIntent, _insertRow, _deleteRow, _insertDeadLetter, _readRows, _readIntents, _countRows, _countOthers])
        {
            command.Dispose();
        }
    }

    private void RollBack()
    {
        try
        {
            SqliteSchema.Execute(connection, "ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself, as it does when the disk is full; the fault that led here is the one to report.
        }
    }

    private static SqliteCommand Prepare(SqliteConnection connection, string sql, params ReadOnlySpan<string> parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class only.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
        }

        return command;
    }

    private static void Bind(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }

    private static int Execute(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        Bind(command, values);
        return command.ExecuteNonQuery();
    }
}
