namespace Intilery.AspNetCore.Outbox.Sql;

/// <summary>The one place where SQL differs between databases; everything else is what all of them understand.</summary>
internal static class SqlDialect
{
    private const string Savepoint = "intilery_outbox";

    /// <summary>Returns the clause at the end of an ordered query that reads its first rows only.</summary>
    /// <param name="provider">The name of the EF Core provider.</param>
    /// <param name="count">The parameter that holds the number.</param>
    public static string Limit(string provider, string count) =>
        provider.Contains("Sqlite", StringComparison.OrdinalIgnoreCase) || provider.Contains("MySql", StringComparison.OrdinalIgnoreCase)
            ? $"LIMIT {count}"
            : $"OFFSET 0 ROWS FETCH NEXT {count} ROWS ONLY";

    /// <summary>
    /// Returns the insert of an intent into the application's transaction, of the parameters for its id, owner, scope, user and payload,
    /// as a statement whose failure a savepoint can undo.
    /// </summary>
    public static string AppendIntent(string provider, string table, IReadOnlyList<string> values) =>
        IsPostgres(provider)

            // Npgsql takes an error of the server's resources, as of a full disk, for the end of the connection, and with it of the
            // application's transaction: the server says it as an error of ours. Such a block takes no parameters but by settings.
            ? $"""
              SELECT set_config('intilery.id', CAST({values[0]} AS text), true), set_config('intilery.owner', {values[1]}, true),
                  set_config('intilery.scope', {values[2]}, true), set_config('intilery.user', {values[3]}, true),
                  set_config('intilery.payload', encode({values[4]}, 'base64'), true);
              DO $intilery$ BEGIN
                  INSERT INTO {table} SELECT CAST(current_setting('intilery.id') AS bigint), current_setting('intilery.owner'),
                      current_setting('intilery.scope'), current_setting('intilery.user'), decode(current_setting('intilery.payload'), 'base64');
              EXCEPTION WHEN OTHERS THEN
                  RAISE EXCEPTION '% (%)', SQLERRM, SQLSTATE;
              END $intilery$
              """

            // Not VALUES: on a full disk SQLite undoes such a statement by undoing the application's whole transaction.
            : $"INSERT INTO {table} SELECT {string.Join(", ", values)}";

    /// <summary>Returns the statement behind a savepoint, so that its failure does not fail the transaction: one trip for all of it.</summary>
    public static string Fenced(string provider, string statement) => IsSqlServer(provider)
        ? $"SAVE TRANSACTION {Savepoint}; {statement}"
        : $"SAVEPOINT {Savepoint}; {statement}; RELEASE SAVEPOINT {Savepoint}";

    /// <summary>Returns what to execute after such a statement has failed.</summary>
    public static string Undo(string provider) => IsSqlServer(provider)
        ? $"ROLLBACK TRANSACTION {Savepoint}"
        : $"ROLLBACK TO SAVEPOINT {Savepoint}; RELEASE SAVEPOINT {Savepoint}";

    /// <summary>
    /// Returns the query of the database's clock, in UTC; <see langword="null"/> where that is the clock of this machine (SQLite), or
    /// where it is not known how to ask.
    /// </summary>
    public static string? UtcNow(string provider) =>
        IsSqlServer(provider) ? "SELECT SYSUTCDATETIME()"
        : provider.Contains("MySql", StringComparison.OrdinalIgnoreCase) ? "SELECT UTC_TIMESTAMP(3)"
        : IsPostgres(provider) ? "SELECT clock_timestamp()"
        : null;

    private static bool IsPostgres(string provider) => provider.Contains("PostgreSQL", StringComparison.OrdinalIgnoreCase);

    private static bool IsSqlServer(string provider) => provider.Contains("SqlServer", StringComparison.OrdinalIgnoreCase);
}
