using Intilery.AspNetCore.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>
/// The file that this process has open, for as long as it can be used: opened anew after a fault, replaced once it was removed or is
/// damaged. Its store lets in one caller at a time.
/// </summary>
/// <param name="settings">Where, and how.</param>
/// <param name="files">The folder's files.</param>
/// <param name="unsettled">The intents that this process will settle: a file that takes another's place holds them too.</param>
/// <param name="diagnostics">What it says.</param>
internal sealed class OpenOutbox(
    SqliteOutboxSettings settings, OutboxFiles files, Func<IReadOnlyCollection<Intent>> unsettled, LifecycleDiagnostics diagnostics) : IDisposable
{
    private OutboxFile? _file;
    private OutboxDatabase? _database;
    private bool _isClosed;

    public string? Path => _file?.Path;

    /// <exception cref="IOException">No file can be used.</exception>
    public void Open() => Record(_ => { });

    /// <summary>Does something with the file that must be there for the next process too.</summary>
    /// <exception cref="OutboxFullException">There is no room for it.</exception>
    /// <exception cref="IOException">It cannot be done now.</exception>
    public void Record(Action<OutboxDatabase> work) => Use(mustBeInPlace: true, database =>
    {
        work(database);
        return true;
    });

    /// <summary>Does something with the file, even if that was removed and cannot be replaced: what is in it can still be delivered.</summary>
    /// <exception cref="IOException">It cannot be done now.</exception>
    public T Use<T>(Func<OutboxDatabase, T> work) => Use(mustBeInPlace: false, work);

    public void Dispose()
    {
        _isClosed = true;
        _database?.Dispose();
        _database = null;
        _file?.Dispose();
    }

    private T Use<T>(bool mustBeInPlace, Func<OutboxDatabase, T> work)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                return work(Database(mustBeInPlace));
            }
            catch (SqliteException exception) when (isFirst && SqliteFault.IsDamage(exception))
            {
                // The next round has a fresh file.
                SetAside(exception.Message);
            }
            catch (SqliteException exception)
            {
                throw AfterFault(exception);
            }
        }
    }

    private OutboxDatabase Database(bool mustBeInPlace)
    {
        if (_isClosed)
        {
            throw new IOException("The outbox is closed.");
        }

        if (_database is null)
        {
            Reopen();
        }
        else if (!_file!.IsInPlace)
        {
            try
            {
                Replace();
            }
            catch (Exception exception) when (!mustBeInPlace && exception is IOException or SqliteException)
            {
                // Whoever records finds it out too, and says it.
            }
        }

        return _database!;
    }

    private void Reopen()
    {
        if (_file is { IsLocked: true } own)
        {
            try
            {
                _database = OutboxDatabase.Open(own, settings);
            }
            catch (DamagedFileException exception)
            {
                files.SetAside(own, exception.Fault);
            }
        }

        if (_database is null)
        {
            _file?.Dispose();
            (_file, _database) = files.Take(except: null);
        }

        _database.Insert([new OutboxContents([.. unsettled()], [], [])], withoutLimit: true);
    }

    private void Replace()
    {
        var (removed, removedFile) = (_database!, _file!);
        var (file, database) = files.Take(except: removedFile.Path);
        try
        {
            database.Insert(removed.ReadParts(), withoutLimit: true);
        }
        catch
        {
            database.Dispose();
            file.Dispose();
            throw;
        }

        (_file, _database) = (file, database);
        diagnostics.Log.OutboxReplaced(removedFile.Path, file.Path);
        using (removedFile)
        using (removed)
        {
            try
            {
                // It may only have been renamed: found again, it is not delivered again.
                removed.Clear();
            }
            catch (SqliteException)
            {
                // As a rule nobody will see that file again.
            }
        }
    }

    private void SetAside(string fault)
    {
        _database!.Abandon();
        _database = null;
        files.SetAside(_file!, fault);
        _file = null;
    }

    private IOException AfterFault(SqliteException exception)
    {
        if (SqliteFault.IsFull(exception))
        {
            return new OutboxFullException(
                $"The outbox file {Path} takes no more: its disk is full, or it has grown to Intilery:Outbox:MaxBytes, {settings.MaxBytes} bytes.", exception);
        }

        // What is in a removed file is nowhere else: that is kept open.
        if (!SqliteFault.SparesConnection(exception) && _file is { IsInPlace: true })
        {
            _database?.Dispose();
            _database = null;
        }

        return new IOException($"The outbox file {Path} cannot be used: {exception.Message}", exception);
    }
}
