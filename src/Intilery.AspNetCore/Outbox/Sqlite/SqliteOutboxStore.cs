using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox.Sql;
using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>The embedded store: a SQLite file of this process in a folder of the application.</summary>
internal sealed class SqliteOutboxStore : SqlOutboxStore
{
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(1);

    // One operation at a time: a file has one connection.
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly LifecycleDiagnostics _diagnostics;
    private readonly SqliteOutboxFile _outbox;
    private readonly FolderErasure _erasure;
    private readonly OutboxTakeover _takeover;
    private readonly SqliteOutboxSettings _settings;

    // Of this process: any other intent in the file is an orphan.
    private readonly Dictionary<long, Intent> _unsettled = [];

    // Acknowledged but not removed, because the disk was full: Intilery has them and must not get them again.
    private readonly HashSet<long> _completed = [];

    public SqliteOutboxStore(SqliteOutboxSettings settings, LifecycleDiagnostics diagnostics)
    {
        _settings = settings;
        _diagnostics = diagnostics;
        var files = new OutboxFiles(settings, diagnostics);
        _takeover = new OutboxTakeover(files, TakeAsync, ForgetAsync, diagnostics);
        _erasure = new FolderErasure(settings);
        _outbox = new SqliteOutboxFile(settings, files, () => _unsettled.Values, _completed, diagnostics);
    }

    public override string? File => _outbox.Path;

    public override string Description => $"{_outbox.Path ?? _settings.Folder} (SQLite, survives the process)";

    public override string? Folder => _settings.Folder;

    // Nothing in it waits: SQLite has no asynchronous calls.
    public override void Open() =>
        UseAsync(SqlUse.Record, _ => new ValueTask<bool>(true), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public override async ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken)
    {
        await LockedAsync(WriteAsync, cancellationToken).ConfigureAwait(false);

        async ValueTask<bool> WriteAsync()
        {
            await UseLockedAsync(
                SqlUse.Record,
                async outbox =>
                {
                    await outbox.WriteAsync(
                        writes,
                        string.Empty,
                        intent => !_unsettled.ContainsKey(intent) && !IsOf(writes, intent),
                        cancellationToken).ConfigureAwait(false);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
            foreach (var write in writes)
            {
                Remember(write);
            }

            return true;
        }
    }

    public override ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(
        string destination, DateTimeOffset now, int maxRows, CancellationToken cancellationToken) =>
        _takeover.ReadAsync(() => ReadOwnAsync(destination, now, maxRows, cancellationToken), cancellationToken);

    private ValueTask<IReadOnlyList<OutboxRow>> ReadOwnAsync(string destination, DateTimeOffset now, int maxRows, CancellationToken cancellationToken) => LockedAsync<IReadOnlyList<OutboxRow>>(
        async () =>
        {
            await TryRemoveCompletedAsync(cancellationToken).ConfigureAwait(false);
            var rows = await UseLockedAsync(
                SqlUse.Read,
                outbox => outbox.ReadDueAsync(destination, now, 0, maxRows + _completed.Count, cancellationToken),
                cancellationToken).ConfigureAwait(false);
            return [.. rows.Select(entry => entry.Row).Where(row => !_completed.Contains(row.Id)).Take(maxRows)];
        },
        cancellationToken);

    public override async ValueTask CompleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => await LockedAsync(
        () =>
        {
            _completed.UnionWith(ids);
            return TryRemoveCompletedAsync(cancellationToken);
        },
        cancellationToken).ConfigureAwait(false);

    public override async ValueTask RejectAsync(DeadLetter deadLetter, CancellationToken cancellationToken) => await LockedAsync(
        () => UseLockedAsync(
            SqlUse.Change,
            async outbox =>
            {
                await outbox.RejectAsync(deadLetter, null, cancellationToken).ConfigureAwait(false);
                return true;
            },
            cancellationToken,
            mustBeInPlace: true),
        cancellationToken).ConfigureAwait(false);

    public override ValueTask<long> ClaimOrphansAsync(CancellationToken cancellationToken) =>
        _takeover.ClaimAsync(except: _outbox.Path, cancellationToken);

    /// <summary>Takes over what processes that ended have left in their files, and returns the intents among it.</summary>
    public override async ValueTask<IReadOnlyList<Intent>> ReadOrphanedIntentsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ClaimOrphansAsync(cancellationToken).ConfigureAwait(false);
            await _takeover.MoveAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It stays where it is until there is room for it; what was taken is committed all the same.
            _diagnostics.Failed("taking over the events of a process that ended", exception);
        }

        try
        {
            await ShrinkAsync(keptPages: null, cancellationToken).ConfigureAwait(false);
            await LockedAsync(
                () => _outbox.UseAsync(mustBeInPlace: false, Keep, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (OutboxFullException exception)
        {
            // To shrink takes room too, which there is again when more was delivered.
            _diagnostics.Failed("giving room back to the disk", exception);
        }

        return await UseAsync<IReadOnlyList<Intent>>(
            SqlUse.Read,
            async outbox => [.. (await outbox.ReadIntentsAsync(cancellationToken).ConfigureAwait(false)).Select(stored => stored.Intent).Where(intent => !_unsettled.ContainsKey(intent.Id))],
            cancellationToken).ConfigureAwait(false);

        // The disk may have had no room for it.
        static ValueTask<bool> Keep(OutboxDatabase database)
        {
            database.Reserve.Keep();
            return new(true);
        }
    }

    /// <summary>Erases a person from every file of the folder, whichever process has it open.</summary>
    /// <exception cref="IOException">A file could not be reached; from the others the person is erased.</exception>
    public override async ValueTask<int> PurgeUserAsync(string userId, CancellationToken cancellationToken)
    {
        // This process's own file last: what it takes over meanwhile is in it by then.
        var (erased, faults) = await _erasure.EraseAsync(userId, except: _outbox.Path, cancellationToken).ConfigureAwait(false);
        erased += await PurgeInPartsAsync(userId, cancellationToken).ConfigureAwait(false);
        await LockedAsync(
            () =>
            {
                foreach (var intent in _unsettled.Values.Where(intent => intent.UserId == userId).ToList())
                {
                    _unsettled.Remove(intent.Id);
                }

                return new ValueTask<bool>(true);
            },
            cancellationToken).ConfigureAwait(false);

        // From the file's bytes too. Where another process is just reading, the log of writes keeps them until the next merge of it.
        await ShrinkAsync(keptPages: 0, cancellationToken).ConfigureAwait(false);
        await LockedAsync(
            () => _outbox.UseAsync(mustBeInPlace: false, database => new ValueTask<bool>(database.TryEmptyLog()), cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return faults.Count == 0
            ? erased
            : throw new IOException($"The person was erased from the outbox, but not everywhere. {string.Join(" ", faults)}");
    }

    /// <summary>Returns what is held of a person in every file of the folder, whichever process has it open.</summary>
    public override async ValueTask<UserContents> ReadUserAsync(string userId, CancellationToken cancellationToken)
    {
        var others = await _erasure.ReadAsync(userId, except: _outbox.Path, cancellationToken).ConfigureAwait(false);
        return others.With(await base.ReadUserAsync(userId, cancellationToken).ConfigureAwait(false));
    }

    public override void Dispose()
    {
        _takeover.Dispose();

        // A disk that hangs must not hang the host's end: the system closes what is still in use then.
        if (!_gate.Wait(_longestWait))
        {
            return;
        }

        try
        {
            _outbox.Dispose();
        }
        finally
        {
            _gate.Release();
        }
    }

    protected override ValueTask<T> UseAsync<T>(SqlUse use, Func<SqlOutbox, ValueTask<T>> work, CancellationToken cancellationToken) =>
        LockedAsync(() => UseLockedAsync(use, work, cancellationToken), cancellationToken);

    // Part by part: a request that records in between does not wait for all of it.
    private async ValueTask ShrinkAsync(long? keptPages, CancellationToken cancellationToken)
    {
        while (await LockedAsync(
            () => _outbox.UseAsync(
                mustBeInPlace: false,
                database => new ValueTask<bool>(keptPages is { } kept ? database.Shrink(kept) : database.Shrink()),
                cancellationToken),
            cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    // On a connection of its own: a look at a large file holds up no commit, and waits for none.
    protected override async ValueTask<T> LookAsync<T>(Func<SqlOutbox, ValueTask<T>> look, CancellationToken cancellationToken)
    {
        if (_outbox.Path is { } path)
        {
            try
            {
                var session = OutboxDatabase.OpenForReading(path, _settings.Protection);
                await using var _ = session.ConfigureAwait(false);
                return await look(new SqlOutbox(session)).ConfigureAwait(false);
            }
            catch (SqliteException)
            {
                // The file was removed or renamed, or is damaged: the open connection still reads it, or fails with the reason.
            }
        }

        return await UseAsync(SqlUse.Read, look, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask TakeAsync(OutboxContents part, bool withoutLimit, CancellationToken cancellationToken) => await LockedAsync(
        () => _outbox.UseAsync(
            mustBeInPlace: true,
            database => database.InTransactionAsync(
                withoutLimit,
                async () =>
                {
                    await database.InsertAsync(part, cancellationToken).ConfigureAwait(false);
                    return true;
                },
                cancellationToken),
            cancellationToken),
        cancellationToken).ConfigureAwait(false);

    private async ValueTask ForgetAsync(OutboxContents erased, CancellationToken cancellationToken) => await LockedAsync(
        () => _outbox.UseAsync(mustBeInPlace: false, database => database.RemoveAsync(erased, cancellationToken), cancellationToken),
        cancellationToken).ConfigureAwait(false);

    private static bool IsOf(IReadOnlyList<OutboxWrite> writes, long intent) => writes.Any(write => write.Intent?.Id == intent);

    private async ValueTask<T> UseLockedAsync<T>(
        SqlUse use, Func<SqlOutbox, ValueTask<T>> work, CancellationToken cancellationToken, bool mustBeInPlace = false)
    {
        try
        {
            return await UseOnceAsync().ConfigureAwait(false);
        }
        catch (OutboxFullException) when (use == SqlUse.Change)
        {
            // It makes room, or must not be lost: there is some for it.
            await _outbox.UseAsync(mustBeInPlace: false, MakeRoom, cancellationToken).ConfigureAwait(false);
            return await UseOnceAsync().ConfigureAwait(false);
        }

        ValueTask<T> UseOnceAsync() => _outbox.UseAsync(
            mustBeInPlace || use == SqlUse.Record,
            database => use == SqlUse.Read
                ? work(database.Outbox)
                : database.InTransactionAsync(withoutLimit: use == SqlUse.Change, () => work(database.Outbox), cancellationToken),
            cancellationToken);

        static ValueTask<bool> MakeRoom(OutboxDatabase database)
        {
            database.MakeRoom();
            return new(true);
        }
    }

    private async ValueTask<T> LockedAsync<T>(Func<ValueTask<T>> work, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private void Remember(OutboxWrite write)
    {
        if (write.Intent is { } intent)
        {
            _unsettled[intent.Id] = intent;
        }

        foreach (var id in write.Commit?.Intents ?? [])
        {
            _unsettled.Remove(id);
        }
    }

    private async ValueTask<bool> TryRemoveCompletedAsync(CancellationToken cancellationToken)
    {
        if (_completed.Count == 0)
        {
            return true;
        }

        try
        {
            try
            {
                await _outbox.UseAsync(
                    mustBeInPlace: false,
                    database => database.InTransactionAsync(
                        withoutLimit: true, () => database.Outbox.DeleteRowsAsync(_completed, null, cancellationToken), cancellationToken),
                    cancellationToken).ConfigureAwait(false);
            }
            catch (OutboxFullException)
            {
                await _outbox.UseAsync(
                    mustBeInPlace: false,
                    database => database.DeleteDeliveredAsync(_completed, cancellationToken),
                    cancellationToken).ConfigureAwait(false);
            }

            _completed.Clear();
            return true;
        }
        catch (IOException exception)
        {
            _diagnostics.Failed("removing delivered events from the outbox", exception);
            return false;
        }
    }
}
