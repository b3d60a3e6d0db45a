using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>
/// One file of the outbox's folder, held by one process: the operating system gives the lock back when that process is gone, at
/// whatever moment. Files are never deleted, so their number is that of the processes which ever ran at once.
/// </summary>
internal sealed class OutboxFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _lock;

    private OutboxFile(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    public string Path { get; }

    /// <summary>Takes a file that nobody holds, or makes one.</summary>
    public static OutboxFile Take(string folder)
    {
        foreach (var path in Existing(folder))
        {
            if (TryTake(path) is { } file)
            {
                return file;
            }
        }

        return TryTake(System.IO.Path.Combine(folder, $"outbox-{Guid.NewGuid():N}.db"))
            ?? throw new IOException($"The outbox file in {folder} could not be locked.");
    }

    /// <summary>Takes every other file that nobody holds: their processes are gone.</summary>
    public static IEnumerable<OutboxFile> TakeOrphans(string folder)
    {
        foreach (var path in Existing(folder))
        {
            if (TryTake(path) is { } file)
            {
                yield return file;
            }
        }
    }

    /// <summary>Opens a connection to the file. One connection is all that this process needs: writes are serial anyway.</summary>
    public SqliteConnection Connect(bool syncEveryCommit)
    {
        CreatePrivately(Path);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            SqliteSchema.Execute(connection, "PRAGMA journal_mode = WAL");
            SqliteSchema.Execute(connection, syncEveryCommit ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
            SqliteSchema.Ensure(connection);
            return connection;
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw new IOException($"The outbox file {Path} cannot be used: {exception.Message}", exception);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Dispose() => _lock.Dispose();

    private static IEnumerable<string> Existing(string folder) =>
        Directory.EnumerateFiles(folder, "outbox-*.db").Order(StringComparer.Ordinal);

    private static OutboxFile? TryTake(string path)
    {
        try
        {
            return new OutboxFile(path, CreatePrivately(path + ".lock", FileShare.None));
        }
        catch (IOException)
        {
            // Held by a living process; that is what the lock is for.
            return null;
        }
    }

    // SQLite gives its -wal and -shm files the mode of the main file.
    private static void CreatePrivately(string path) => CreatePrivately(path, FileShare.ReadWrite).Dispose();

    private static FileStream CreatePrivately(string path, FileShare share)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    }
}
