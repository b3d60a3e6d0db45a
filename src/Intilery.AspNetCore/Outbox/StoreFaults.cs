using System.Collections;
using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Outbox;

/// <summary>
/// Distinguishes transient errors from permanent ones, in every store: by the codes of SQLite, by SQLSTATE (PostgreSQL; ISO 9075), and by
/// the error numbers of MySQL, MariaDB and SQL Server, which their providers put among an exception's data.
/// </summary>
internal static class StoreFaults
{
    // RAISE of the application's trigger, not a constraint of the outbox.
    private const int SqliteTrigger = 1811;

    // Of MySql.Data and MySqlConnector; of Microsoft.Data.SqlClient.
    private const string MySqlNumber = "Server Error Code";
    private const string SqlServerNumber = "HelpLink.EvtID";

    /// <summary>
    /// Returns whether what failed is the store, not the write: it is to be tried again, as it is, for as long as that lasts.
    /// </summary>
    public static bool IsOfStore(StoreFault fault) => fault is not (StoreFault.Unknown or StoreFault.Write);

    /// <summary>Returns what an operator can do about it; <see langword="null"/> where nothing is known.</summary>
    public static string? AdviceFor(StoreFault? fault) => fault switch
    {
        StoreFault.Unreachable => "Check that the disk or database is available to this machine, and the connection string.",
        StoreFault.Busy => "Check what locks the database, and for how long.",
        StoreFault.Full => "Check the free space of the disk or database, and Intilery:Outbox:MaxBytes.",
        StoreFault.Denied => "Check the permissions, and whether the disk or database is read-only.",
        StoreFault.MissingTables => "Apply the application's migrations: a table, or a column of it, is missing.",
        _ => null,
    };

    public static StoreFault Of(Exception exception)
    {
        // A store's exception names its file or context; the inner one has what happened.
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is OutboxFullException)
            {
                return StoreFault.Full;
            }

            if (cause is PayloadProtectionException)
            {
                return StoreFault.Unreachable;
            }

            if (cause is DbException database)
            {
                return Of(database);
            }
        }

        return exception.GetBaseException() switch
        {
            UnauthorizedAccessException => StoreFault.Denied,
            IOException or SocketException or TimeoutException or OperationCanceledException => StoreFault.Unreachable,
            _ => StoreFault.Unknown,
        };
    }

    private static StoreFault Of(DbException exception)
    {
        var known = exception is SqliteException sqlite ? OfSqlite(sqlite)
            : NumberOf(exception.Data, MySqlNumber) is { } mySql ? OfMySql(mySql)
            : NumberOf(exception.Data, SqlServerNumber) is { } sqlServer ? OfSqlServer(sqlServer)
            : StoreFault.Unknown;
        if (known == StoreFault.Unknown && StateOf(exception) is { Length: 5 } state)
        {
            known = OfState(state);
        }

        return known != StoreFault.Unknown ? known
            : exception.IsTransient
                || exception.GetBaseException() is SocketException or TimeoutException or IOException ? StoreFault.Unreachable
            : StoreFault.Unknown;
    }

    private static int? NumberOf(IDictionary data, string key) =>
        data.Contains(key)
            && int.TryParse(Convert.ToString(data[key], CultureInfo.InvariantCulture), CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    // Within the application's transaction the server raises the outbox's errors anew, with the state after the message (SqlDialect).
    private static string? StateOf(DbException exception) =>
        exception.SqlState == "P0001" && exception.Message is [.., '(', _, _, _, _, _, ')'] message ? message[^6..^1] : exception.SqlState;

    // https://sqlite.org/rescode.html
    private static StoreFault OfSqlite(SqliteException exception) => exception.SqliteErrorCode switch
    {
        1 when exception.Message.Contains(
            "no such ", StringComparison.Ordinal) || exception.Message.Contains("has no column", StringComparison.Ordinal) =>
            StoreFault.MissingTables,
        3 or 8 or 23 => StoreFault.Denied,
        5 or 6 or 7 or 9 or 15 or 17 => StoreFault.Busy,
        10 or 11 or 14 or 26 => StoreFault.Unreachable,
        13 => StoreFault.Full,
        19 when exception.SqliteExtendedErrorCode == SqliteTrigger => StoreFault.Unknown,
        18 or 19 or 20 => StoreFault.Write,
        _ => StoreFault.Unknown,
    };

    private static StoreFault OfState(string state) => state switch
    {
        "42P01" or "42703" or "42S02" or "42S22" or "3D000" or "3F000" => StoreFault.MissingTables,
        "42501" or "25006" => StoreFault.Denied,

        // A message that the server cannot read, not a connection that is lost.
        "08P01" => StoreFault.Unknown,
        "53100" => StoreFault.Full,
        "57014" or "55P03" or "55006" or "53000" or "53200" or "53300" or "53400" => StoreFault.Busy,
        _ => state[..2] switch
        {
            "08" or "57" or "58" => StoreFault.Unreachable,
            "28" => StoreFault.Denied,
            "40" => StoreFault.Busy,

            // Data, integrity constraints, the limits of the program, and check options.
            "22" or "23" or "44" or "54" => StoreFault.Write,
            _ => StoreFault.Unknown,
        },
    };

    // https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
    private static StoreFault OfMySql(int number) => number switch
    {
        1205 or 1213 or 3572 or 1040 or 1203 or 1226 => StoreFault.Busy,
        1021 or 1114 => StoreFault.Full,
        1044 or 1045 or 1142 or 1143 or 1227 or 1290 or 1698 or 1792 or 1836 => StoreFault.Denied,
        1049 or 1054 or 1146 => StoreFault.MissingTables,
        1042 or 1053 or 1077 or 1080 or 1152 or (>= 1158 and <= 1161) or 1317 or 2002 or 2003 or 2006 or 2013 => StoreFault.Unreachable,
        1048 or 1062 or 1118 or 1153 or 1264 or 1265 or 1292 or 1364 or 1366 or 1406 or 1452 or 3819 or 4025 => StoreFault.Write,
        _ => StoreFault.Unknown,
    };

    // https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
    private static StoreFault OfSqlServer(int number) => number switch
    {
        1204 or 1205 or 1222 or 3960 or 10928 or 10929 => StoreFault.Busy,
        1101 or 1105 or 9002 => StoreFault.Full,
        229 or 230 or 262 or 916 or 3906 or 3908 or 18452 or 18456 => StoreFault.Denied,
        207 or 208 or 4060 => StoreFault.MissingTables,
        -2 or -1 or 2 or 53 or 64 or 121 or 233 or 258 or 10053 or 10054 or 10060 or 10061 or 11001 or 40197 or 40501 or 40613 =>
            StoreFault.Unreachable,
        220 or 245 or 511 or 515 or 547 or 1946 or 2601 or 2627 or 2628 or 8023 or 8114 or 8115 or 8152 => StoreFault.Write,
        _ => StoreFault.Unknown,
    };
}

/// <summary>The category of a store's exception: what it means for the write, and how to fix it.</summary>
internal enum StoreFault
{
    /// <summary>Unknown. It may be transient, or concern one write: other writes show it.</summary>
    Unknown,

    /// <summary>The store will never take this write: a value that no column holds, a constraint, a size.</summary>
    Write,

    /// <summary>The database or disk is not there, or does not answer in time.</summary>
    Unreachable,

    /// <summary>Others hold what the write needs: locks, connections.</summary>
    Busy,

    /// <summary>There is no room.</summary>
    Full,

    /// <summary>The application may not sign in, or not write.</summary>
    Denied,

    /// <summary>A table or column of the outbox is not there, or the database itself.</summary>
    MissingTables,
}

/// <summary>The store has no room for what was to be written; delivery makes some.</summary>
internal sealed class OutboxFullException(string message, Exception cause) : IOException(message, cause);
