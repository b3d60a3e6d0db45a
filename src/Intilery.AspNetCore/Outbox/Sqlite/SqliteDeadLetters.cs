using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>The store's statements for operators: rare, so made when they are asked for.</summary>
internal sealed class SqliteDeadLetters(SqliteConnection connection)
{
    public void Insert(DeadLetter deadLetter)
    {
        var row = deadLetter.Row;
        Execute(
            """
            INSERT INTO dead_letters (id, destination, user_id, event, due, payload, message, rejected)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING
            """,
            row.Id, row.Destination, row.UserId, row.EventName, row.DueAt.ToUnixTimeMilliseconds(), row.Payload.ToArray(), deadLetter.Message,
            deadLetter.At.ToUnixTimeMilliseconds());
    }

    public IReadOnlyList<DeadLetter> Read(long afterId, int maxCount)
    {
        using var command = Prepare(
            """
            SELECT id, event, user_id, due, payload, destination, message, rejected FROM dead_letters
            WHERE id > $1 ORDER BY id LIMIT $2
            """,
            afterId, maxCount);
        using var reader = command.ExecuteReader();
        var deadLetters = new List<DeadLetter>();
        while (reader.Read())
        {
            var row = new OutboxRow(
                reader.GetInt64(0),
                reader.GetString(1),
                reader.IsDBNull(2) ? null : reader.GetString(2),
                DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(3)),
                reader.GetFieldValue<byte[]>(4))
            {
                Destination = reader.GetString(5),
            };
            deadLetters.Add(new DeadLetter(row, reader.GetString(6), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(7))));
        }

        return deadLetters;
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
        + Execute("DELETE FROM dead_letters WHERE user_id = $1", userId);

    /// <summary>
    /// Writes the file anew, so that the bytes of what was deleted, now or when it was delivered, are gone from it too and not only
    /// from its tables.
    /// </summary>
    public void Compact()
    {
        SqliteSchema.Execute(connection, "VACUUM");
        SqliteSchema.Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

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
