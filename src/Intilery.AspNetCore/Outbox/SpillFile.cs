using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Intilery.AspNetCore.Outbox.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace Intilery.AspNetCore.Outbox;

/// <summary>
/// A file of writes, one JSON object a line, behind a first line with the version and the place of the first write that is not restored
/// yet. Only its owner may read it, one process has it at a time, and no symbolic link is followed.
/// </summary>
internal sealed class SpillFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string Version = "intilery-spill 1 ";
    private const int PlaceDigits = 16;

    private readonly SafeFileHandle _handle;
    private readonly FileStream _stream;
    private readonly long _maxBytes;
    private readonly PayloadProtection _protection;
    private readonly List<byte> _line = [];

    private SpillFile(string path, SafeFileHandle handle, long maxBytes, PayloadProtection protection)
    {
        Path = path;
        _handle = handle;
        _maxBytes = maxBytes;
        _protection = protection;
        _stream = new FileStream(handle, FileAccess.ReadWrite);
    }

    public string Path { get; }

    private static int HeaderLength => Version.Length + PlaceDigits + 1;

    /// <summary>Returns the paths of a folder's files, the oldest first.</summary>
    public static IReadOnlyList<string> In(SpillFolder folder)
    {
        // Files in the temporary folder that others may write to are not trusted.
        if (!Directory.Exists(folder.Path) || (folder.IsTemporary && IsOpenToOthers(folder.Path)))
        {
            return [];
        }

        return [.. Directory.EnumerateFiles(folder.Path, "events-*.spill").Order(StringComparer.Ordinal)];
    }

    /// <summary>Creates a file, for its owner only, that other processes leave alone until it is disposed.</summary>
    /// <exception cref="IOException">It cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be created.</exception>
    public static SpillFile Create(SpillFolder folder, long maxBytes, PayloadProtection protection)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder.Path);
        }
        else
        {
            Directory.CreateDirectory(folder.Path, OwnerOnly);
        }

        if (folder.IsTemporary && IsOpenToOthers(folder.Path))
        {
            throw new IOException($"{folder.Path} is a symbolic link, or other users can access it.");
        }

        var used = In(folder).Sum(path => new FileInfo(path).Length);
        var path = System.IO.Path.Combine(
            folder.Path, $"events-{TimeProvider.System.GetUtcNow():yyyyMMddHHmmssfff}-{Guid.NewGuid():N}.spill");
        var file = new SpillFile(
            path, Open(path, isNew: true) ?? throw new IOException($"{path} could not be locked."), maxBytes - used, protection);
        file._stream.Write(Header(HeaderLength));
        return file;
    }

    /// <summary>Takes the file; <see langword="null"/> if another process has it, or it is gone.</summary>
    /// <exception cref="FormatException">It is of another version, or no such file.</exception>
    /// <exception cref="IOException">It is a symbolic link, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static SpillFile? TryTake(string path, PayloadProtection protection)
    {
        if (Open(path, isNew: false) is not { } handle)
        {
            return null;
        }

        var file = new SpillFile(path, handle, 0, protection);
        try
        {
            file._stream.Position = file.Place();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Adds a write. Returns <see langword="false"/> where there is no more room.</summary>
    public bool TryAdd(OutboxWrite write)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(_protection.Protect(write), SpillJson.Default.OutboxWrite);
        if (_stream.Position + line.Length + 1 > _maxBytes)
        {
            return false;
        }

        _stream.Write(line);
        _stream.WriteByte((byte)'\n');
        return true;
    }

    /// <summary>Forces what was added to the disk.</summary>
    public void Flush() => _stream.Flush(flushToDisk: true);

    /// <summary>Returns the next writes; none at the end. A last line that a full disk or a kill has cut is left out.</summary>
    /// <exception cref="FormatException">A line is damaged.</exception>
    public IReadOnlyList<OutboxWrite> Read(int maxCount)
    {
        var writes = new List<OutboxWrite>();
        while (writes.Count < maxCount && ReadLine())
        {
            try
            {
                writes.Add(_protection.Unprotect(JsonSerializer.Deserialize([.. _line], SpillJson.Default.OutboxWrite)));
            }
            catch (JsonException exception)
            {
                throw new FormatException($"it is damaged: {exception.Message}", exception);
            }
        }

        return writes;
    }

    /// <summary>Notes that everything that was read is restored.</summary>
    public void MarkRead()
    {
        var place = _stream.Position;
        RandomAccess.Write(_handle, Header(place), 0);
    }

    public void Delete() => File.Delete(Path);

    public void Dispose()
    {
        try
        {
            // To ask for the handle writes what is buffered.
            if (!OperatingSystem.IsWindows() && _stream.CanWrite)
            {
                UnixFile.Unlock(_stream.SafeFileHandle);
            }
        }
        finally
        {
            _stream.Dispose();
        }
    }

    private static byte[] Header(long place) =>
        Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{Version}{place.ToString("x16", CultureInfo.InvariantCulture)}\n"));

    private static SafeFileHandle? Open(string path, bool isNew)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                return File.OpenHandle(path, isNew ? FileMode.CreateNew : FileMode.Open, FileAccess.ReadWrite, FileShare.Delete);
            }
            catch (Exception exception)
                when (!isNew && exception is FileNotFoundException or IOException { HResult: unchecked((int)0x80070020) })
            {
                return null;
            }
        }

        var handle = isNew ? UnixFile.OpenOrCreate(path) : UnixFile.OpenExisting(path);
        try
        {
            // A file that was deleted between its opening and its locking is another process's, and done.
            if (handle is not null && UnixFile.TryLock(handle, path) && File.Exists(path))
            {
                return handle;
            }
        }
        catch
        {
            handle?.Dispose();
            throw;
        }

        handle?.Dispose();
        return null;
    }

    private static bool IsOpenToOthers(string folder) =>
        !OperatingSystem.IsWindows()
        && (new DirectoryInfo(folder).LinkTarget is not null || (File.GetUnixFileMode(folder) & ~OwnerOnly) != 0);

    private long Place()
    {
        var header = new byte[HeaderLength];
        _stream.Position = 0;
        if (_stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length
            || !header.AsSpan().StartsWith(Encoding.ASCII.GetBytes(Version))
            || !long.TryParse(
                Encoding.ASCII.GetString(header, Version.Length, PlaceDigits),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var place)
            || place < header.Length)
        {
            throw new FormatException("it is damaged, or of another version.");
        }

        return place;
    }

    private bool ReadLine()
    {
        _line.Clear();
        for (var next = _stream.ReadByte(); next >= 0; next = _stream.ReadByte())
        {
            if (next == '\n')
            {
                return true;
            }

            _line.Add((byte)next);
        }

        return false;
    }
}

[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(OutboxWrite))]
internal sealed partial class SpillJson : JsonSerializerContext;
