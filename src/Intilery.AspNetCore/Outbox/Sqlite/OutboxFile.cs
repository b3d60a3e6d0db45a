using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>
/// One file of the outbox's folder, held by one process: the operating system gives the lock back when that process is gone, at
/// whatever moment. Files are never deleted, so their number is that of the processes which ever ran at once.
/// </summary>
internal sealed class OutboxFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string SetAsidePrefix = "set-aside-";
    private const int MaxOwnerBytes = 512;

    // What SQLite keeps in a file of ours, and beside it.
    private static readonly string[] _suffixes = [string.Empty, "-wal", "-shm"];

    private readonly SafeFileHandle _lock;

    private OutboxFile(string path, SafeFileHandle @lock)
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

    /// <summary>Returns the paths of the folder's files, also of those that other processes hold.</summary>
    public static IReadOnlyList<string> In(string folder) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "outbox-*.db").Order(StringComparer.Ordinal)] : [];

    /// <summary>Returns the paths of the folder's files that were set aside as damaged.</summary>
    public static IReadOnlyList<string> SetAsideIn(string folder) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, SetAsidePrefix + "*.db").Order(StringComparer.Ordinal)] : [];

    /// <summary>
    /// Returns the machine and the id of the process that has the file open, for messages; <see langword="null"/> if they cannot be read.
    /// </summary>
    public static string? OwnerOf(string path)
    {
        try
        {
            // Not by a FileStream on Unix, which would ask for a lock.
            using var handle = OperatingSystem.IsWindows()
                ? File.OpenHandle(LockOf(path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite)
                : UnixFile.OpenExisting(LockOf(path));
            Span<byte> name = stackalloc byte[MaxOwnerBytes];
            return handle is not null && RandomAccess.Read(handle, name, 0) is > 0 and var length
                ? Encoding.UTF8.GetString(name[..length])
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The path alone is less, and enough.
            return null;
        }
    }

    /// <summary>Takes a file that no other process can know.</summary>
    public static OutboxFile TakeNew(string folder) =>
        TryTake(System.IO.Path.Combine(folder, $"outbox-{Guid.NewGuid():N}.db"))
        ?? throw new IOException($"The outbox file in {folder} could not be locked.");

    /// <summary>Takes the file; <see langword="null"/> if a living process holds it.</summary>
    /// <exception cref="IOException">It is a symbolic link, or cannot be locked.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not ours to lock.</exception>
    public static OutboxFile? TryTake(string path)
    {
        ThrowIfLink(path);
        return TryLock(LockOf(path)) is { } @lock ? new OutboxFile(path, @lock) : null;
    }

    /// <summary>
    /// Throws if the file, or one that SQLite keeps beside it, is a symbolic link: what it leads to is not ours to read, to write or to
    /// change the mode of.
    /// </summary>
    /// <exception cref="IOException">It is.</exception>
    public static void ThrowIfLink(string path)
    {
        foreach (var suffix in _suffixes)
        {
            if (new FileInfo(path + suffix).LinkTarget is not null)
            {
                throw IsLink(path + suffix);
            }
        }
    }

    /// <summary>Returns what is thrown where a symbolic link is.</summary>
    public static IOException IsLink(string path) => new($"{path} is a symbolic link, which is not followed. Remove it.");

    /// <summary>
    /// Makes the file, for its owner only, if it is not there. Returns whether others may read one that is: it is to be made private,
    /// once it is known to be ours. SQLite gives its -wal and -shm files the mode of the main file.
    /// </summary>
    public bool Create()
    {
        WriteOwner();
        if (OperatingSystem.IsWindows())
        {
            new FileStream(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
            return false;
        }

        if (!File.Exists(Path))
        {
            // Not one that is there: closing it would give back the locks that SQLite holds on it in this process.
            UnixFile.OpenOrCreate(Path).Dispose();
        }

        var isOpen = false;
        foreach (var path in _suffixes.Select(suffix => Path + suffix).Where(File.Exists))
        {
            isOpen |= (File.GetUnixFileMode(path) & ~OwnerOnly) != 0;
        }

        return isOpen;
    }

    /// <summary>Takes from others the right to read the file and what SQLite keeps beside it. No connection to it is open.</summary>
    public void MakePrivate()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        foreach (var suffix in _suffixes)
        {
            // By its handle, so that a link that takes its place in between leads nowhere.
            using var handle = UnixFile.OpenExisting(Path + suffix);
            if (handle is not null && (File.GetUnixFileMode(handle) & ~OwnerOnly) != 0)
            {
                File.SetUnixFileMode(handle, OwnerOnly);
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

        foreach (var suffix in (string[])[.. _suffixes, "-journal"])
        {
            if (File.Exists(Path + suffix))
            {
                File.Move(Path + suffix, aside + suffix);
            }
        }

        return aside;
    }

    public void Dispose()
    {
        if (!OperatingSystem.IsWindows() && !_lock.IsClosed)
        {
            UnixFile.Unlock(_lock);
        }

        _lock.Dispose();
    }

    private void WriteOwner()
    {
        try
        {
            RandomAccess.SetLength(_lock, 0);
            RandomAccess.Write(_lock, Encoding.UTF8.GetBytes(OutboxNode.OwnName), 0);
        }
        catch (IOException)
        {
            // A full disk: the lock holds without a name in it.
        }
    }

    private static string LockOf(string path) => path + ".lock";

    private static bool IsAbsentOrEmpty(string path) => new FileInfo(path) is not { Exists: true, Length: > 0 };

    private static SafeFileHandle? TryLock(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            }
            catch (IOException)
            {
                // Held; that is what the lock is for.
                return null;
            }
        }

        var handle = UnixFile.OpenOrCreate(path);
        try
        {
            if (UnixFile.TryLock(handle, path))
            {
                return handle;
            }
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        handle.Dispose();
        return null;
    }
}
