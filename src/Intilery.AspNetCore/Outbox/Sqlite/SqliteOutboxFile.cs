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
/// <param name="completed">The ids of rows that are delivered and not deleted; those that the file's last process knew are added.</param>
/// <param name="diagnostics">Its log and metrics.</param>
internal sealed class SqliteOutboxFile(
    SqliteOutboxSettings settings,
    OutboxFiles files,
    Func<IReadOnlyCollection<Intent>> unsettled,
    HashSet<long> completed,
    LifecycleDiagnostics diagnostics) : IDisposable
{
    private OutboxFile? _file;
    private OutboxDatabase? _database;
    private bool _isClosed;

    public string? Path => _file?.Path;

    /// <summary>Does something with the file.</summary>
    /// <param name="mustBeInPlace">
    /// Whether it must be there for the next process too. If not, it is done even if the file was removed and cannot be replaced: what is
    /// in it can still be delivered.
    /// </param>
    /// <param name="work">What to do.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OutboxFullException">There is no room for it.</exception>
    /// <exception cref="IOException">It cannot be done now, or no file can be used.</exception>
    public async ValueTask<T> UseAsync<T>(bool mustBeInPlace, Func<OutboxDatabase, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                return await work(await DatabaseAsync(mustBeInPlace, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            }
            catch (SqliteException exception) when (isFirst && SqliteFaults.IsDamage(exception))
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

    public void Dispose()
    {
        _isClosed = true;
        _database?.Dispose();
        _database = null;
        _file?.Dispose();
    }

    private async ValueTask<OutboxDatabase> DatabaseAsync(bool mustBeInPlace, CancellationToken cancellationToken)
    {
        if (_isClosed)
        {
            throw new IOException("The outbox is closed.");
        }

        if (_database is null)
        {
            await ReopenAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (!_file!.IsInPlace)
        {
            try
            {
                await ReplaceAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (!mustBeInPlace && exception is IOException or SqliteException)
            {
                // The next recording finds it out too, and fails.
            }
        }

        return _database!;
    }

    private async ValueTask ReopenAsync(CancellationToken cancellationToken)
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

        completed.UnionWith(_database.Delivered);
        await InsertAsync(_database, [new OutboxContents([.. unsettled()], [], [])], cancellationToken).ConfigureAwait(false);
        _database.Reserve.Keep();
    }

    private async ValueTask ReplaceAsync(CancellationToken cancellationToken)
    {
        var (removed, removedFile) = (_database!, _file!);
        var (file, database) = files.Take(except: removedFile.Path);
        try
        {
            var parts = new List<OutboxContents>();
            await foreach (var part in removed.ReadPartsAsync(cancellationToken).ConfigureAwait(false))
            {
                parts.Add(part);
            }

            await InsertAsync(database, parts, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            database.Dispose();
            file.Dispose();
            throw;
        }

        (_file, _database) = (file, database);
        database.Reserve.Keep();
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
                // As a rule no process opens that file again.
            }
        }
    }

    // All of it, or nothing.
    private static ValueTask<bool> InsertAsync(OutboxDatabase database, IReadOnlyList<OutboxContents> parts, CancellationToken cancellationToken) => database.InTransactionAsync(
        withoutLimit: true,
        async () =>
        {
            foreach (var part in parts)
            {
                await database.InsertAsync(part, cancellationToken).ConfigureAwait(false);
            }

            return true;
        },
        cancellationToken);

    private void SetAside(string fault)
    {
        _database!.Abandon();
        _database = null;
        files.SetAside(_file!, fault);
        _file = null;
    }

    private IOException AfterFault(SqliteException exception)
    {
        if (SqliteFaults.IsFull(exception))
        {
            return new OutboxFullException(
                $"The outbox file {Path} cannot grow: its disk is full, or it has reached Intilery:Outbox:MaxBytes, {settings.MaxBytes} bytes.",
                exception);
        }

        // What is in a removed file is nowhere else: that is kept open.
        if (!SqliteFaults.SparesConnection(exception) && _file is { IsInPlace: true })
        {
            _database?.Dispose();
            _database = null;
        }

        return new IOException($"The outbox file {Path} cannot be used: {exception.Message}", exception);
    }
}
