using Intilery.AspNetCore.Outbox.Sql;
using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>
/// The tables of an outbox file, and how such a file is recognised. A file of version n has had the first n steps; a
/// step, once released, is never changed: a later version adds one.
/// </summary>
internal sealed class SqliteSchema(IReadOnlyList<string> steps)
{
    /// <summary>The file's <c>application_id</c>: "INTI".</summary>
    public const long ApplicationId = 0x494E5449;

    // Positions are given by SQLite: one more than the last. An index of a table has them at its end without naming them.
    private const string FirstStep = """
        CREATE TABLE rows (
            position INTEGER PRIMARY KEY,
            id INTEGER NOT NULL UNIQUE,
            format INTEGER NOT NULL,
            destination TEXT NOT NULL,
            user_id TEXT,
            event TEXT NOT NULL,
            due INTEGER NOT NULL,
            backfill INTEGER NOT NULL,
            trace_parent TEXT,
            payload BLOB NOT NULL
        ) STRICT;
        CREATE INDEX rows_destination ON rows (destination, backfill);
        CREATE INDEX rows_user ON rows (user_id);
        CREATE TABLE intents (
            id INTEGER PRIMARY KEY,
            format INTEGER NOT NULL,
            owner TEXT NOT NULL,
            scope TEXT NOT NULL,
            user_id TEXT NOT NULL,
            trace_parent TEXT,
            payload BLOB NOT NULL
        ) STRICT;
        CREATE INDEX intents_user ON intents (user_id);
        CREATE TABLE dead_letters (
            id INTEGER PRIMARY KEY,
            format INTEGER NOT NULL,
            destination TEXT NOT NULL,
            user_id TEXT,
            event TEXT NOT NULL,
            due INTEGER NOT NULL,
            trace_parent TEXT,
            payload BLOB NOT NULL,
            message TEXT NOT NULL,
            rejected INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX dead_letters_user ON dead_letters (user_id);
        CREATE TABLE trials (
            key TEXT PRIMARY KEY,
            format INTEGER NOT NULL,
            version INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            due INTEGER NOT NULL,
            user_id TEXT,
            group_id TEXT,
            starts INTEGER,
            ends INTEGER,
            plan TEXT,
            destination TEXT NOT NULL,
            ended INTEGER
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX trials_due ON trials (due);
        CREATE INDEX trials_group ON trials (group_id);
        CREATE INDEX trials_user ON trials (user_id);
        CREATE TABLE state (
            name TEXT PRIMARY KEY,
            version INTEGER NOT NULL,
            value BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        """;

    // An index of users alone would cost each row a page of its own, in which the user's other rows are. In segments of 2,048 positions, an
    // append writes pages of the last segment only; a search looks into each. A backfill's rows are found by their users at each identify.
    private const string SegmentOfPosition = "position >> 11";
    private const string SecondStep = $"""
        DROP INDEX rows_user;
        CREATE INDEX rows_user ON rows ({SegmentOfPosition}, user_id);
        CREATE INDEX rows_backfill ON rows (user_id) WHERE backfill = 1;
        """;

    // Goes from row to row over the gaps. In a file of the first step, which another process still has open, the index of users is used all
    // the same.
    private const string AnySegment = $"""
        {SegmentOfPosition} IN (
            WITH RECURSIVE segments(segment) AS (
                SELECT MIN(position) >> 11 FROM rows
                UNION ALL
                SELECT (SELECT {SegmentOfPosition} FROM rows WHERE position >= (segment + 1) << 11 ORDER BY position LIMIT 1) FROM segments WHERE segment IS NOT NULL)
            SELECT segment FROM segments)
        """;

    /// <summary>Gets the schema of this version of the package.</summary>
    public static SqliteSchema Current { get; } = new([FirstStep, SecondStep]);

    /// <summary>Gets the statements over the tables of a file.</summary>
    public static OutboxSql Sql { get; } = new(
        new OutboxTables(
            SqlTable.OfFile("rows"),
            SqlTable.OfFile("intents"),
            SqlTable.OfFile("dead_letters"),
            SqlTable.OfFile("nodes"),
            SqlTable.OfFile("trials"),
            SqlTable.OfFile("state"))
        {
            AnySegmentOfUsers = AnySegment,
        },
        SqlDialect.Of("Sqlite"));

    /// <summary>Gets the steps from an empty file to this schema.</summary>
    public IReadOnlyList<string> Steps => steps;

    /// <summary>
    /// Looks whose file it is, without changing anything in it. Returns whether it has its tables: a new one has none yet.
    /// </summary>
    /// <exception cref="DamagedFileException">The file is another application's.</exception>
    /// <exception cref="NewerFileException">The file is of a newer version.</exception>
    public bool Inspect(SqliteConnection connection)
    {
        var application = Read(connection, "PRAGMA application_id");
        var version = Read(connection, "PRAGMA user_version");
        var isEmpty = application == 0 && version == 0 && Read(connection, "SELECT count(*) FROM sqlite_schema") == 0;
        var isOurs = application == ApplicationId
            && version > 0
            && Read(connection, "SELECT count(*) FROM sqlite_schema WHERE name = 'rows'") == 1;
        if (!isEmpty && !isOurs)
        {
            throw new DamagedFileException(connection.DataSource, "it is not an outbox of Intilery.AspNetCore");
        }

        if (version > steps.Count)
        {
            throw new NewerFileException(connection.DataSource, version, steps.Count);
        }

        return isOurs;
    }

    /// <summary>Brings an inspected file to this version: all of the steps that it lacks, or none.</summary>
    public void Migrate(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var version = Read(connection, "PRAGMA user_version");
        for (var step = (int)version; step < steps.Count; step++)
        {
            Execute(connection, steps[step]);
        }

        if (version < steps.Count)
        {
            Execute(connection, $"PRAGMA application_id = {ApplicationId}");
            Execute(connection, $"PRAGMA user_version = {steps.Count}");
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

    public static long Read(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this assembly only.
        command.CommandText = sql;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }
}
