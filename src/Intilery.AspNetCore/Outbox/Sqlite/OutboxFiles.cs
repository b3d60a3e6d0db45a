using System.Collections.Concurrent;
using Intilery.AspNetCore.Diagnostics;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>
/// The files of the outbox's folder: finds one for this process, and those that processes which ended have left. What is no outbox is
/// set aside, what is of a newer version stays; both are logged once, and neither is in the way.
/// </summary>
internal sealed class OutboxFiles(SqliteOutboxSettings settings, LifecycleDiagnostics diagnostics)
{
    private readonly ConcurrentDictionary<string, bool> _refused = new();
    private readonly ConcurrentDictionary<string, DateTime> _emptied = new();

    /// <summary>Takes a file that no process holds, or makes one, and the folder where that is gone.</summary>
    /// <exception cref="IOException">No file can be made in the folder.</exception>
    public (OutboxFile File, OutboxDatabase Database) Take(string? except)
    {
        foreach (var path in OutboxFile.In(settings.Folder).Where(path => path != except && !_refused.ContainsKey(path)))
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }
        }

        if (OutboxFolder.Fault(settings.Folder) is { } fault)
        {
            throw new IOException($"The outbox folder {settings.Folder} cannot be used: {fault}");
        }

        var file = OutboxFile.TakeNew(settings.Folder);
        try
        {
            return (file, OutboxDatabase.Open(file, settings));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Takes the files that no process holds: their processes are gone.</summary>
    public IEnumerable<(OutboxFile File, OutboxDatabase Database)> TakeLeft(string? except)
    {
        foreach (var path in OutboxFile.In(settings.Folder).Where(path => path != except))
        {
            // A look at a file costs more than at its name: one that was emptied and not touched since is still empty.
            if (_emptied.TryGetValue(path, out var at) && File.GetLastWriteTimeUtc(path) == at && !File.Exists(path + "-wal"))
            {
                continue;
            }

            if (TryTake(path) is { } taken)
            {
                yield return taken;
            }
        }
    }

    /// <summary>Notes that a file is empty, and closes it while it is still locked: the time is that of the empty file.</summary>
    public void Emptied(OutboxFile file, OutboxDatabase database)
    {
        database.Reserve.Remove();
        database.Dispose();
        _emptied[file.Path] = File.GetLastWriteTimeUtc(file.Path);
    }

    /// <summary>Renames a file that turned out not to be one of ours, or no longer; no connection to it is open.</summary>
    public void SetAside(OutboxFile file, string fault)
    {
        using (file)
        {
            try
            {
                diagnostics.Log.OutboxSetAside(file.Path, fault, file.SetAside());
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Another process has it open, or the folder is read-only: it is left where it is.
                Refuse(file.Path, exception);
            }
        }
    }

    /// <summary>Reports, once, that a file cannot be used.</summary>
    public void Refuse(string path, Exception exception)
    {
        if (_refused.TryAdd(path, true))
        {
            diagnostics.Log.OutboxFileRefused(path, exception.Message);
        }
    }

    private (OutboxFile File, OutboxDatabase Database)? TryTake(string path)
    {
        OutboxFile? file = null;
        try
        {
            file = OutboxFile.TryTake(path);
            return file is null ? null : (file, OutboxDatabase.Open(file, settings));
        }
        catch (DamagedFileException exception)
        {
            SetAside(file!, exception.Fault);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another version's, another user's: what is in it stays, and this process goes on without it.
            file?.Dispose();
            Refuse(path, exception);
            return null;
        }
    }
}
