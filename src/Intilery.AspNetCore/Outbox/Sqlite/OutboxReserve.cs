using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>
/// What an outbox file needs while its disk is full. SQLite needs room to delete rows before it gives any back: some is kept for that. And
/// the ids of rows that were delivered and cannot be deleted yet are written over what is there already, which takes none.
/// </summary>
/// <param name="database">The path of the outbox file.</param>
internal sealed class OutboxReserve(string database)
{
    /// <summary>How much room is kept: twice what the log of writes grows to before SQLite merges it, 1,000 pages.</summary>
    public const int Bytes = 8 << 20;

    private const int MaxIds = 8191;
    private const int IdBytes = sizeof(long);

    /// <summary>The room is kept only where this many times as much is left to others.</summary>
    private const int Share = 4;

    private string RoomPath => database + ".reserve";

    private string IdsPath => database + ".delivered";

    /// <summary>Keeps what is not kept yet, if the disk has room for it.</summary>
    public void Keep()
    {
        try
        {
            if (!File.Exists(IdsPath))
            {
                using var ids = new FileStream(IdsPath, NewFile(0));
                ids.Write(new byte[(MaxIds + 1) * IdBytes]);
            }

            if (!File.Exists(RoomPath) && new DriveInfo(Path.GetDirectoryName(database)!).AvailableFreeSpace > (long)Bytes * Share)
            {
                new FileStream(RoomPath, NewFile(Bytes)).Dispose();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A full or a read-only disk: the outbox works without as well, until the disk is full.
        }
    }

    /// <summary>Gives the room to SQLite. Returns whether there was any.</summary>
    public bool Release()
    {
        var isKept = File.Exists(RoomPath);
        File.Delete(RoomPath);
        return isKept;
    }

    /// <summary>Forgets both: nothing is in the file.</summary>
    public void Remove()
    {
        File.Delete(RoomPath);
        File.Delete(IdsPath);
    }

    /// <summary>Notes ids of rows that were delivered, instead of those noted before, as many as there is a place for.</summary>
    public void Remember(IReadOnlyCollection<long> ids)
    {
        using var file = Open();
        if (file is null)
        {
            return;
        }

        var noted = ids.Take(MaxIds).ToList();
        var bytes = new byte[(noted.Count + 1) * IdBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, noted.Count);
        for (var i = 0; i < noted.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan((i + 1) * IdBytes), noted[i]);
        }

        // Their number last: it is never that of ids which are not there yet.
        RandomAccess.Write(file, bytes.AsSpan(IdBytes), IdBytes);
        RandomAccess.Write(file, bytes.AsSpan(0, IdBytes), 0);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Returns the ids that were noted.</summary>
    public IReadOnlyList<long> Read()
    {
        using var file = Open();
        var bytes = new byte[(MaxIds + 1) * IdBytes];
        if (file is null || RandomAccess.Read(file, bytes, 0) < bytes.Length)
        {
            return [];
        }

        var count = Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(bytes), 0, MaxIds);
        return [.. Enumerable.Range(1, (int)count).Select(i => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i * IdBytes)))];
    }

    private static FileStreamOptions NewFile(long preallocated)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, PreallocationSize = preallocated };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private SafeFileHandle? Open()
    {
        if (!OperatingSystem.IsWindows())
        {
            return UnixFile.OpenExisting(IdsPath);
        }

        return File.Exists(IdsPath) ? File.OpenHandle(IdsPath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite) : null;
    }
}
