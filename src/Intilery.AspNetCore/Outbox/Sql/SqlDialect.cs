namespace Intilery.AspNetCore.Outbox.Sql;

/// <summary>The differences between databases; all other statements are standard SQL.</summary>
internal abstract class SqlDialect
{
    private const string Savepoint = "intilery_outbox";

    /// <summary>Gets how many parameters one command may have.</summary>
    public abstract int MaxParameters { get; }

    /// <summary>
    /// Gets a value indicating whether a command costs no round trip, so that prepared statements of one row each are faster than others.
    /// </summary>
    public virtual bool IsLocal => false;

    /// <summary>
    /// Returns a source of rows, in their order, from one array for each of their values; <see langword="null"/> where each value of each
    /// row is a parameter.
    /// </summary>
    /// <param name="arrays">The parameters.</param>
    /// <param name="columns">The names of the values, and last that of the row's number.</param>
    public virtual string? Unnest(string arrays, string columns) => null;

    /// <summary>Gets the query of the database's clock, in UTC; <see langword="null"/> where that is the clock of this machine.</summary>
    public virtual string? UtcNow => null;

    /// <summary>
    /// Gets a value indicating whether a transaction may keep its connection when it has ended, so that the end of one that EF Core did not
    /// begin is not seen; also where that is not known.
    /// </summary>
    public virtual bool MayMissEnds => true;

    /// <summary>Gets the collation that compares text binary; <see langword="null"/> where it is not known.</summary>
    public virtual string? BinaryCollation => null;

    /// <summary>Returns the dialect of an EF Core provider.</summary>
    public static SqlDialect Of(string? provider) =>
        provider is null ? new StandardDialect()
        : provider.Contains("Sqlite", StringComparison.OrdinalIgnoreCase) ? new SqliteDialect()
        : provider.Contains("PostgreSQL", StringComparison.OrdinalIgnoreCase) ? new PostgresDialect()
        : provider.Contains("MySql", StringComparison.OrdinalIgnoreCase) ? new MySqlDialect()
        : provider.Contains("SqlServer", StringComparison.OrdinalIgnoreCase) ? new SqlServerDialect()
        : new StandardDialect();

    /// <summary>Returns the clause at the end of an ordered query that reads its first rows only.</summary>
    public virtual string Limit(string count) => $"OFFSET 0 ROWS FETCH NEXT {count} ROWS ONLY";

    /// <summary>
    /// Returns the query that locks rows of a table, so that of two transactions that delete them the second waits and finds them gone;
    /// <see langword="null"/> where a transaction that writes is alone anyway.
    /// </summary>
    public virtual string? Lock(string table, string column, string ids) =>
        $"SELECT {column} FROM {table} WHERE {column} IN {ids} ORDER BY {column} FOR UPDATE";

    /// <summary>
    /// Returns the insert of one row into the application's transaction, as a statement whose failure a savepoint can undo. It reads
    /// nothing: in a serializable transaction, what is read can make others fail.
    /// </summary>
    /// <param name="table">The table with the list of its columns.</param>
    /// <param name="values">The values: id, owner, scope, user, trace context, payload, and constants after them.</param>
    public virtual string AppendIntent(string table, IReadOnlyList<string> values) =>
        $"INSERT INTO {table} VALUES ({string.Join(", ", values)})";

    /// <summary>
    /// As <see cref="AppendIntent"/>, of several rows; <see langword="null"/> if a statement with the values of each inserts them, as the
    /// outbox's own does.
    /// </summary>
    /// <param name="table">The table with the list of its columns.</param>
    /// <param name="rows">
    /// The rows: a JSON array, in UTF-8, of objects with id, owner, scope, user, trace and payload, which is base64.
    /// </param>
    /// <param name="format">The value of the last column.</param>
    public virtual string? AppendIntents(string table, string rows, string format) => null;

    /// <summary>
    /// Returns the statement behind a savepoint, so that its failure does not fail the transaction: one trip for all of it.
    /// </summary>
    public string Fenced(string statement) => Release is null ? $"{Fence}; {statement}" : $"{Fence}; {statement}; {Release}";

    /// <summary>Gets what sets such a savepoint.</summary>
    public virtual string Fence => $"SAVEPOINT {Savepoint}";

    /// <summary>Gets what removes it after success; <see langword="null"/> if nothing does.</summary>
    public virtual string? Release => $"RELEASE SAVEPOINT {Savepoint}";

    /// <summary>Gets what to execute after such a statement has failed.</summary>
    public virtual string Undo => $"ROLLBACK TO SAVEPOINT {Savepoint}; RELEASE SAVEPOINT {Savepoint}";

    // Standard SQL, for an untested database.
    private sealed class StandardDialect : SqlDialect
    {
        public override int MaxParameters => 999;
    }

    private sealed class SqliteDialect : SqlDialect
    {
        // https://sqlite.org/limits.html#max_variable_number
        public override int MaxParameters => 32_766;

        public override bool IsLocal => true;

        public override bool MayMissEnds => false;

        public override string? BinaryCollation => "BINARY";

        public override string Limit(string count) => $"LIMIT {count}";

        public override string? Lock(string table, string column, string ids) => null;

        // Not VALUES: on a full disk SQLite undoes such a statement by undoing the application's whole transaction.
        public override string AppendIntent(string table, IReadOnlyList<string> values) =>
            $"INSERT INTO {table} SELECT {string.Join(", ", values)}";
    }

    private sealed class PostgresDialect : SqlDialect
    {
        // A message counts them in 16 bits, which older versions of Npgsql take as signed.
        public override int MaxParameters => 32_767;

        public override string? UtcNow => "SELECT clock_timestamp()";

        public override bool MayMissEnds => false;

        // Parsed and planned in the time of one row, however many there are.
        public override string Unnest(string arrays, string columns) => $"unnest({arrays}) WITH ORDINALITY v ({columns})";

        public override string? BinaryCollation => "C";

        // Npgsql takes an error of the server's resources, as of a full disk, for the end of the connection, and with it of the
        // application's transaction: the server raises it as an error of ours. Such a block takes no parameters but by settings.
        public override string AppendIntent(string table, IReadOnlyList<string> values) =>
            $"""
            SELECT set_config('intilery.id', CAST({values[0]} AS text), true), set_config('intilery.owner', {values[1]}, true),
                set_config('intilery.scope', {values[2]}, true), set_config('intilery.user', {values[3]}, true),
                set_config('intilery.trace', {values[4]}, true), set_config('intilery.payload', encode({values[5]}, 'base64'), true);
            DO $intilery$ BEGIN
                INSERT INTO {table} SELECT CAST(current_setting('intilery.id') AS bigint), current_setting('intilery.owner'),
                    current_setting('intilery.scope'), current_setting('intilery.user'), NULLIF(current_setting('intilery.trace'), ''),
                    decode(current_setting('intilery.payload'), 'base64'), {string.Join(", ", values.Skip(6))};
            EXCEPTION WHEN OTHERS THEN
                RAISE EXCEPTION '% (%)', SQLERRM, SQLSTATE;
            END $intilery$
            """;

        // By one row a command, most of a large save's time is the compilation of such blocks.
        public override string AppendIntents(string table, string rows, string format) =>
            $"""
            SELECT set_config('intilery.intents', convert_from({rows}, 'UTF8'), true);
            DO $intilery$ BEGIN
                INSERT INTO {table} SELECT id, owner, scope, "user", trace, decode(payload, 'base64'), {format}
                    FROM json_to_recordset(CAST(current_setting('intilery.intents') AS json)) AS intent(id bigint, owner text, scope text, "user" text, trace text, payload text);
            EXCEPTION WHEN OTHERS THEN
                RAISE EXCEPTION '% (%)', SQLERRM, SQLSTATE;
            END $intilery$
            """;
    }

    private sealed class MySqlDialect : SqlDialect
    {
        // https://dev.mysql.com/doc/refman/8.4/en/sql-prepared-statements.html counts them in 16 bits; Connector/NET sends text, which has
        // no limit but the packet's.
        public override int MaxParameters => 32_767;

        public override string? UtcNow => "SELECT UTC_TIMESTAMP(3)";

        // MySQL and MariaDB both have it. It takes trailing spaces for nothing, which no id has.
        public override string? BinaryCollation => "utf8mb4_bin";

        public override string Limit(string count) => $"LIMIT {count}";
    }

    private sealed class SqlServerDialect : SqlDialect
    {
        // 2,100, of which the driver takes some for itself:
        // https://learn.microsoft.com/sql/sql-server/maximum-capacity-specifications-for-sql-server
        public override int MaxParameters => 2_000;

        public override string? UtcNow => "SELECT SYSUTCDATETIME()";

        public override bool MayMissEnds => false;

        public override string? BinaryCollation => "Latin1_General_100_BIN2";

        public override string? Lock(string table, string column, string ids) =>
            $"SELECT {column} FROM {table} WITH (UPDLOCK, ROWLOCK) WHERE {column} IN {ids} ORDER BY {column}";

        // It has no release; the name is at most 32 characters.
        public override string Fence => $"SAVE TRANSACTION {Savepoint}";

        public override string? Release => null;

        public override string Undo => $"ROLLBACK TRANSACTION {Savepoint}";
    }
}
