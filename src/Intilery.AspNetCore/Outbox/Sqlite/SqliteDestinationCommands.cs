using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>The statements over destinations: rare, so made when they are asked for.</summary>
internal sealed class SqliteDestinationCommands(SqliteConnection connection)
{
    public IReadOnlyList<DestinationContents> Read()
    {
        using var statement = new SqliteStatement(
            connection,
            """
            SELECT destination, sum(rows), sum(trials) FROM (
                SELECT destination, count(*) AS rows, 0 AS trials FROM rows GROUP BY destination
                UNION ALL
                SELECT destination, 0, count(*) FROM trials WHERE ended IS NULL GROUP BY destination
            ) GROUP BY destination ORDER BY destination
            """);
        return statement.Read(reader => new DestinationContents(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2)));
    }

    public void Redirect(string from, string to)
    {
        Execute("UPDATE rows SET destination = $to WHERE destination = $from", from, to);

        // Whoever has just read a trial must not end it at the former destination.
        Execute("UPDATE trials SET destination = $to, version = version + 1 WHERE destination = $from AND ended IS NULL", from, to);
    }

    public void Purge(string destination)
    {
        Execute("DELETE FROM rows WHERE destination = $from", destination);
        Execute("DELETE FROM trials WHERE destination = $from AND ended IS NULL", destination);
    }

    private void Execute(string sql, string from)
    {
        using var statement = new SqliteStatement(connection, sql, "$from");
        statement.Execute(from);
    }

    private void Execute(string sql, string from, string to)
    {
        using var statement = new SqliteStatement(connection, sql, "$from", "$to");
        statement.Execute(from, to);
    }
}
