namespace Intilery.AspNetCore.Tests.Support;

/// <summary>What has SQLite refuse the events of a name.</summary>
internal static class SqliteRefusal
{
    /// <summary>Returns a trigger that breaks a constraint, or that fails as an application's own would.</summary>
    public static string Begin(string table, string column, string name, bool isConstraint) =>
        $"""
        CREATE TABLE IF NOT EXISTS refused (x NOT NULL);
        CREATE TRIGGER "refuses {table}" BEFORE INSERT ON "{table}" WHEN NEW.{column} = '{name}'
        BEGIN {(isConstraint ? "INSERT INTO refused VALUES (NULL)" : "SELECT RAISE(ABORT, 'no')")}; END
        """;

    public static string End(string table) => $"""DROP TRIGGER IF EXISTS "refuses {table}" """;
}
