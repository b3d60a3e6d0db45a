using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>The store's statements for operators: rare, so made when they are asked for.</summary>
internal sealed class SqliteDeadLetters(SqliteConnection connection)
{
    /// <summary>Moves a row as it is stored; one that is gone already is nobody's dead letter.</summary>
    public void Reject(DeadLetter deadLetter)
    {
        Execute(
            """
            INSERT INTO dead_letters (id, destination, user_id, event, due, payload, message, rejected)
            SELECT id, destination, user_id, event, due, payload, $2, $3 FROM rows WHERE id = $1 ON CONFLICT (id) DO NOTHING
            """,
            deadLetter.Row.Id, deadLetter.Message, deadLetter.At.ToUnixTimeMilliseconds());
        Execute("DELETE FROM rows WHERE id = $1", deadLetter.Row.Id);
    }

    public int Restore(IReadOnlyList<long> ids)
    {
        foreach (var id in ids)
        {
            Execute(
                """
                INSERT INTO rows (id, destination, user_id, event, due, payload)
                SELECT id, destination, user_id, event, due, payload FROM dead_letters WHERE id = $1
                ON CONFLICT (id) DO NOTHING
                """,
                id);
        }

        return Purge(ids);
    }

    public int Purge(IReadOnlyList<long> ids) => ids.Sum(id => Execute("DELETE FROM dead_letters WHERE id = $1", id));

    public int Purge(DateTimeOffset rejectedBefore) =>
        Execute("DELETE FROM dead_letters WHERE rejected < $1", rejectedBefore.ToUnixTimeMilliseconds());

    public int PurgeUser(string userId) =>
        Execute("DELETE FROM rows WHERE user_id = $1", userId)
        + Execute("DELETE FROM intents WHERE user_id = $1", userId)
        + Execute("DELETE FROM dead_letters WHERE user_id = $1", userId)

        // The trial of an account goes on, as nobody's; whoever has just read it must not end it under the name.
        + Execute("DELETE FROM trials WHERE group_id IS NULL AND user_id = $1", userId)
        + Execute("UPDATE trials SET user_id = NULL, version = version + 1 WHERE user_id = $1", userId);

    /// <summary>
    /// Writes the file anew, so that the bytes of what was deleted, now or when it was delivered, are gone from it too and not only
    /// from its tables. Returns whether they are gone from the log of writes beside it too, which somebody who reads may prevent.
    /// </summary>
    public bool TryCompact()
    {
        SqliteSchema.Execute(connection, "VACUUM");
        return TryEmptyLog();
    }

    /// <summary>Merges the log of writes into the file and cuts it to nothing. Returns whether nobody prevented it.</summary>
    public bool TryEmptyLog() => SqliteSchema.Read(connection, "PRAGMA wal_checkpoint(TRUNCATE)") == 0;

    private int Execute(string sql, params ReadOnlySpan<object?> values)
    {
        using var command = Prepare(sql, values);
        return command.ExecuteNonQuery();
    }

    private SqliteCommand Prepare(string sql, params ReadOnlySpan<object?> values)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class only.
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue($"${i + 1}", values[i] ?? DBNull.Value);
        }

        return command;
    }
}
