using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>What SQLite's result codes mean for the file behind them (https://sqlite.org/rescode.html).</summary>
internal static class SqliteFaults
{
    private const int Error = 1;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int DiskError = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int Constraint = 19;
    private const int NotADatabase = 26;

    /// <summary>The file's contents are not, or no longer, a database.</summary>
    public static bool IsDamage(SqliteException exception) => exception.SqliteErrorCode is Corrupt or NotADatabase;

    /// <summary>Where a statement of ours is prepared: the file has the version, but not the tables and columns that go with it.</summary>
    public static bool IsUnknownName(SqliteException exception) => exception.SqliteErrorCode == Error;

    /// <summary>The file has reached its limit, or its disk is full. What is there can still be read and removed.</summary>
    public static bool IsFull(SqliteException exception) => exception.SqliteErrorCode == Full;

    /// <summary>
    /// The disk may be full: where it has no room for the memory that SQLite's processes share, that is an error of the disk.
    /// </summary>
    public static bool MayLackRoom(SqliteException exception) => exception.SqliteErrorCode is Full or DiskError or CannotOpen;

    /// <summary>The statement failed and the connection is as good as before; after any other fault it is opened anew.</summary>
    public static bool SparesConnection(SqliteException exception) => exception.SqliteErrorCode is Busy or Locked or Full or Constraint;
}

/// <summary>A file that is no outbox: it is corrupt, or it is another application's. It is set aside as it is.</summary>
internal sealed class DamagedFileException(string path, string fault, Exception? cause = null)
    : IOException($"The outbox file {path} cannot be used: {fault}", cause)
{
    public string Fault => fault;
}

/// <summary>A file of a newer version of this package. It is left as it is, for that version.</summary>
internal sealed class NewerFileException(string path, long version, long known)
    : IOException($"{path} has schema version {version}; this version of Intilery.AspNetCore reads {known}.");
