namespace Intilery.AspNetCore.Outbox.EntityFramework;

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
        : provider.Contains("PostgreSQL", StringComparison.OrdinalIgnoreCase) ? "SELECT clock_timestamp()"
        : null;

    private static bool IsSqlServer(string provider) => provider.Contains("SqlServer", StringComparison.OrdinalIgnoreCase);
}
