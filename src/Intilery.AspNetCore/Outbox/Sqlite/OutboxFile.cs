namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>
/// One file of the outbox's folder, held by one process: the operating system gives the lock back when that process is gone, at
/// whatever moment. Files are never deleted, so their number is that of the processes which ever ran at once.
/// </summary>
internal sealed class OutboxFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string SetAsidePrefix = "set-aside-";

    private readonly FileStream _lock;

    private OutboxFile(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    public string Path { get; }

    /// <summary>
    /// Gets a value indicating whether the path still names what this process has open. Of a file that was removed an open
    /// connection still reads and writes every row, but the next process would not find them; so it is without its log of
    /// writes, or without the lock that keeps others off.
    /// </summary>
    public bool IsInPlace => File.Exists(Path) && File.Exists(Path + "-wal") && IsLocked;

    /// <summary>Gets a value indicating whether others find the lock that keeps them off.</summary>
    public bool IsLocked => File.Exists(LockOf(Path));

    /// <summary>Whether a file was cut to nothing beside writes that were not yet merged into it.</summary>
    public static bool LacksItsBeginning(string path) => IsAbsentOrEmpty(path) && !IsAbsentOrEmpty(path + "-wal");

    /// <summary>Returns the paths of the folder's files, whoever holds them.</summary>
    public static IReadOnlyList<string> In(string folder) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "outbox-*.db").Order(StringComparer.Ordinal)] : [];

    /// <summary>Takes a file that no other process can know.</summary>
    public static OutboxFile TakeNew(string folder) =>
        TryTake(System.IO.Path.Combine(folder, $"outbox-{Guid.NewGuid():N}.db"))
        ?? throw new IOException($"The outbox file in {folder} could not be locked.");

    /// <summary>Takes the file; <see langword="null"/> if a living process holds it.</summary>
    public static OutboxFile? TryTake(string path)
    {
        try
        {
            return new OutboxFile(path, CreatePrivately(LockOf(path), FileShare.None));
        }
        catch (IOException)
        {
            // Held; that is what the lock is for.
            return null;
        }
    }

    /// <summary>
    /// Makes the file if it is not there, for its owner only; one that is there becomes so. SQLite gives its -wal and -shm files the
    /// mode of the main file.
    /// </summary>
    public void Create()
    {
        if (!File.Exists(Path))
        {
            CreatePrivately(Path, FileShare.ReadWrite).Dispose();
            return;
        }

        foreach (var suffix in (string[])[string.Empty, "-wal", "-shm"])
        {
            if (!OperatingSystem.IsWindows() && File.Exists(Path + suffix) && (File.GetUnixFileMode(Path + suffix) & ~OwnerOnly) != 0)
            {
                File.SetUnixFileMode(Path + suffix, OwnerOnly);
            }
        }
    }

    /// <summary>
    /// Renames the file, and what SQLite keeps beside it, to a name that no process takes, and returns that. No connection to it is
    /// open. The file itself goes first: without it, nothing takes the rest for another file's.
    /// </summary>
    public string SetAside()
    {
        var (folder, name) = (System.IO.Path.GetDirectoryName(Path)!, System.IO.Path.GetFileName(Path));
        var aside = System.IO.Path.Combine(folder, SetAsidePrefix + name);
        for (var n = 2; File.Exists(aside); n++)
        {
            aside = System.IO.Path.Combine(folder, $"{SetAsidePrefix}{n}-{name}");
        }

        foreach (var suffix in (string[])[string.Empty, "-wal", "-shm", "-journal"])
        {
            if (File.Exists(Path + suffix))
            {
                File.Move(Path + suffix, aside + suffix);
            }
        }

        return aside;
    }

    public void Dispose() => _lock.Dispose();

    private static string LockOf(string path) => path + ".lock";

    private static bool IsAbsentOrEmpty(string path) => new FileInfo(path) is not { Exists: true, Length: > 0 };

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
