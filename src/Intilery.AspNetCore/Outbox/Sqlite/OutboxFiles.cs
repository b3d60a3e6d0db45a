using System.Collections.Concurrent;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>
/// The files of the outbox's folder: finds one for this process, and those that processes which ended have left. What is no outbox is
/// set aside, what is of a newer version stays; both are said once, and neither is in the way.
/// </summary>
internal sealed class OutboxFiles(SqliteOutboxSettings settings, LifecycleDiagnostics diagnostics)
{
    private readonly ConcurrentDictionary<string, bool> _refused = new();
    private readonly Dictionary<string, DateTime> _emptied = [];

    /// <summary>Takes a file that nobody holds, or makes one, and the folder where that is gone.</summary>
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

    /// <summary>
    /// Hands over, part by part, what is in the files that nobody holds: their processes are gone. A part leaves its file once it was
    /// taken; what had left it by then, because a person was erased, is to be forgotten where it went.
    /// </summary>
    public async ValueTask AdoptAsync(
        string? except, Func<OutboxContents, ValueTask> take, Func<OutboxContents, ValueTask> forget, CancellationToken cancellationToken)
    {
        foreach (var path in OutboxFile.In(settings.Folder).Where(path => path != except))
        {
            // A look at a file costs more than at its name: one that was emptied and not touched since is still empty.
            if (_emptied.TryGetValue(path, out var at) && File.GetLastWriteTimeUtc(path) == at && !File.Exists(path + "-wal"))
            {
                continue;
            }

            if (TryTake(path) is var (file, database))
            {
                await EmptyAsync(file, database, take, forget, cancellationToken).ConfigureAwait(false);
            }
        }
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
                // Somebody else has it open, or the folder is read-only: it is left where it is.
                Refuse(file.Path, exception);
            }
        }
    }

    private async ValueTask EmptyAsync(
        OutboxFile file, OutboxDatabase database, Func<OutboxContents, ValueTask> take, Func<OutboxContents, ValueTask> forget, CancellationToken cancellationToken)
    {
        var rows = 0;
        using (file)
        using (database)
        {
            try
            {
                await foreach (var part in database.ReadPartsAsync(cancellationToken).ConfigureAwait(false))
                {
                    await take(part).ConfigureAwait(false);
                    if (await database.RemoveAsync(part, cancellationToken).ConfigureAwait(false) is { IsEmpty: false } erased)
                    {
                        await forget(erased).ConfigureAwait(false);
                    }

                    rows += part.Rows.Count;
                }

                // Closed while it is still locked: the time is that of the empty file.
                database.Reserve.Remove();
                database.Dispose();
                _emptied[file.Path] = File.GetLastWriteTimeUtc(file.Path);
            }
            catch (SqliteException exception) when (SqliteFaults.IsDamage(exception))
            {
                database.Abandon();
                SetAside(file, exception.Message);
            }
            catch (SqliteException exception)
            {
                Refuse(file.Path, exception);
            }
        }

        if (rows > 0)
        {
            diagnostics.Log.OutboxAdopted(rows, file.Path);
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

    private void Refuse(string path, Exception exception)
    {
        if (_refused.TryAdd(path, true))
        {
            diagnostics.Log.OutboxFileRefused(path, exception.Message);
        }
    }
}
