using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>The tables of an outbox file, and what tells such a file from another one.</summary>
internal static class SqliteSchema
{
    /// <summary>The file's <c>application_id</c>: "INTI".</summary>
    public const long ApplicationId = 0x494E5449;

    private const long Version = 1;

    private const string Create = """
        CREATE TABLE rows (
            id INTEGER PRIMARY KEY,
            destination TEXT NOT NULL,
            user_id TEXT,
            event TEXT NOT NULL,
            due INTEGER NOT NULL,
            payload BLOB NOT NULL
        ) STRICT;
        CREATE TABLE intents (
            id INTEGER PRIMARY KEY,
            scope TEXT NOT NULL,
            user_id TEXT NOT NULL,
            payload BLOB NOT NULL
        ) STRICT;
        CREATE TABLE dead_letters (
            id INTEGER PRIMARY KEY,
            destination TEXT NOT NULL,
            user_id TEXT,
            event TEXT NOT NULL,
            due INTEGER NOT NULL,
            payload BLOB NOT NULL,
            message TEXT NOT NULL,
            rejected INTEGER NOT NULL
        ) STRICT;
        """;

    /// <summary>Makes the tables in a new file, or checks that an existing one is ours.</summary>
    /// <exception cref="IOException">The file is another application's, or of a newer version.</exception>
    public static void Ensure(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var application = Read(connection, "PRAGMA application_id");
        var version = Read(connection, "PRAGMA user_version");
        if (application == 0 && version == 0 && Read(connection, "SELECT count(*) FROM sqlite_schema") == 0)
        {
            Execute(connection, Create);
            Execute(connection, $"PRAGMA application_id = {ApplicationId}");
            Execute(connection, $"PRAGMA user_version = {Version}");
        }
        else if (application != ApplicationId)
        {
            throw new IOException($"{connection.DataSource} is not an outbox of Intilery.AspNetCore.");
        }
        else if (version != Version)
        {
            throw new IOException($"{connection.DataSource} has schema version {version}; this version of Intilery.AspNetCore reads {Version}.");
        }

        transaction.Commit();
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this assembly only.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static long Read(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this assembly only.
        command.CommandText = sql;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }
}
