using System.Runtime.CompilerServices;
using Intilery.AspNetCore.Outbox.Sql;
using Intilery.AspNetCore.Trials;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>Where the embedded store keeps its files, and how.</summary>
/// <param name="Folder">The folder, absolute.</param>
/// <param name="SyncEveryCommit">Whether each commit is forced to the disk.</param>
/// <param name="MaxBytes">How large a file may grow by what is recorded.</param>
internal sealed record SqliteOutboxSettings(string Folder, bool SyncEveryCommit, long MaxBytes)
{
    /// <summary>Gets the schema that files are brought to.</summary>
    public SqliteSchema Schema { get; init; } = SqliteSchema.Current;

    /// <summary>Gets what protects payloads in the files.</summary>
    public PayloadProtection Protection { get; init; } = PayloadProtection.None;
}

/// <summary>Part of what a file holds, on its way to another.</summary>
internal sealed record OutboxContents(IReadOnlyList<Intent> Intents, IReadOnlyList<OutboxRow> Rows, IReadOnlyList<DeadLetter> DeadLetters)
{
    public IReadOnlyList<Trial> Trials { get; init; } = [];

    public IReadOnlyList<StoredState> States { get; init; } = [];

    public bool IsEmpty => Intents.Count + Rows.Count + DeadLetters.Count + Trials.Count + States.Count == 0;
}

/// <summary>An open outbox file. One connection is all that a process needs: writes are serial anyway.</summary>
internal sealed class OutboxDatabase : IDisposable
{
    /// <summary>How many rows move from one file to another at a time.</summary>
    public const int RowsPerPart = 500;

    private const int NoCheckpointOnClose = 1006;
    private const long PageBytes = 4096;
    private const long NoLimit = 4_294_967_294;
    private const int IncrementalVacuum = 2;
    private const int PagesPerShrink = 256;

    // 4 MB: they are used again by what is recorded next.
    private const int KeptPages = 1024;

    // At most. A search for a user in a million rows reads a thousand pages, and the next one the same.
    private const int CacheKilobytes = 16_384;

    // They are in few pages, which have room in what is kept for a full disk.
    private const int RowsPerSmallDelete = 16;

    // No other writer holds this file for longer.
    private const int CommandTimeoutSeconds = 1;

    private readonly SqliteConnection _connection;
    private readonly long _maxPages;

    private OutboxDatabase(SqliteConnection connection, SqliteOutboxSettings settings, OutboxReserve reserve)
    {
        _connection = connection;
        Reserve = reserve;
        _maxPages = settings.MaxBytes / PageBytes;
        Outbox = new SqlOutbox(new SqlSession(connection, SqliteSchema.Sql, CommandTimeoutSeconds, settings.Protection));
        Limit(_maxPages);
    }

    public SqlOutbox Outbox { get; }

    /// <summary>Gets what is kept for a full disk.</summary>
    public OutboxReserve Reserve { get; }

    /// <summary>Gets the ids of rows that an earlier process has delivered and could not delete, nor could this one.</summary>
    public IReadOnlySet<long> Delivered { get; private set; } = new HashSet<long>();

    /// <summary>Opens the file, makes it if it is not there, and brings it to the current version.</summary>
    /// <exception cref="DamagedFileException">The file is corrupt or another application's; nothing in it was changed.</exception>
    /// <exception cref="NewerFileException">The file is of a newer version; nothing in it was changed.</exception>
    /// <exception cref="IOException">The file cannot be opened or written.</exception>
    public static OutboxDatabase Open(OutboxFile file, SqliteOutboxSettings settings)
    {
        var reserve = new OutboxReserve(file.Path);
        try
        {
            return Open(file, settings, reserve);
        }
        catch (IOException exception)
            when (exception is not DamagedFileException && exception.InnerException is SqliteException fault && SqliteFaults.MayLackRoom(fault) && reserve.Release())
        {
            return Open(file, settings, reserve);
        }
    }

    private static OutboxDatabase Open(OutboxFile file, SqliteOutboxSettings settings, OutboxReserve reserve)
    {
        // SQLite would take it for a new file and remove what was written.
        if (OutboxFile.LacksItsBeginning(file.Path))
        {
            throw new DamagedFileException(file.Path, "it is empty");
        }

        SqliteConnection? connection = null;
        try
        {
            if (file.Create())
            {
                // Looked at first: the mode of another application's file is that application's.
                using (Inspect(file, settings))
                {
                }

                file.MakePrivate();
            }

            connection = Inspect(file, settings);

            // So that the file can shrink page by page: only of a file that is still empty, or written anew. And no byte of what is deleted
            // stays in a page that is kept.
            SqliteSchema.Execute(connection, "PRAGMA auto_vacuum = INCREMENTAL");
            SqliteSchema.Execute(connection, "PRAGMA secure_delete = FAST");
            SqliteSchema.Execute(connection, "PRAGMA journal_mode = WAL");
            SqliteSchema.Execute(connection, settings.SyncEveryCommit ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
            SqliteSchema.Execute(connection, $"PRAGMA cache_size = -{CacheKilobytes}");
            settings.Schema.Migrate(connection);
            var database = Prepare(connection, settings, reserve);
            database.DeleteDelivered();
            KeepAsItIs(connection, false);
            return database;
        }
        catch (SqliteException exception)
        {
            connection?.Dispose();
            throw SqliteFaults.IsDamage(exception)
                ? new DamagedFileException(file.Path, exception.Message, exception)
                : new IOException($"The outbox file {file.Path} cannot be used: {exception.Message}", exception);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <summary>Opens another connection to a file that this process has open, which changes nothing in it.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public static SqlSession OpenForReading(string path, PayloadProtection protection) =>
        Connect(
            path, SqliteOpenMode.ReadOnly, connection => new SqlSession(connection, SqliteSchema.Sql, CommandTimeoutSeconds, protection));

    /// <summary>
    /// Does it all or nothing. What makes room, or must not be lost, goes without the limit: it would fail where the file has reached
    /// that.
    /// </summary>
    public async ValueTask<T> InTransactionAsync<T>(bool withoutLimit, Func<ValueTask<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await Outbox.Session.InTransactionAsync(work, cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException exception) when (withoutLimit && SqliteFaults.IsFull(exception))
        {
            // All of it is undone, and done again. To lift the limit each time would cost every removal two more statements.
            Limit(NoLimit);
        }

        try
        {
            return await Outbox.Session.InTransactionAsync(work, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // Where the file is larger by now, SQLite takes its size for the limit.
            Limit(_maxPages);
        }
    }

    /// <summary>
    /// Returns what is to move to another file, part by part; first the intents, so that a user whose intent is on its way is held
    /// back before his rows arrive.
    /// </summary>
    public async IAsyncEnumerable<OutboxContents> ReadPartsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var intents = await Outbox.ReadIntentsAsync(cancellationToken).ConfigureAwait(false);
        if (intents.Count > 0)
        {
            yield return new OutboxContents([.. intents.Select(stored => stored.Intent)], [], []);
        }

        for (var after = long.MinValue; await Outbox.ReadRowsAsync(after, RowsPerPart, cancellationToken).ConfigureAwait(false) is { Count: > 0 } rows; after = rows[^1].Position)
        {
            yield return new OutboxContents([], [.. rows.Select(entry => entry.Row).Where(row => !Delivered.Contains(row.Id))], []);
        }

        for (var after = long.MinValue; await Outbox.ReadDeadLettersAsync(after, RowsPerPart, cancellationToken).ConfigureAwait(false) is { Count: > 0 } letters; after = letters[^1].Row.Id)
        {
            yield return new OutboxContents([], [], letters);
        }

        for (var after = string.Empty; await Outbox.Trials.ReadAsync(after, RowsPerPart, cancellationToken).ConfigureAwait(false) is { Count: > 0 } trials; after = trials[^1].Key)
        {
            yield return new OutboxContents([], [], []) { Trials = trials };
        }

        for (var after = string.Empty; await Outbox.ReadStatesAsync(after, RowsPerPart, cancellationToken).ConfigureAwait(false) is { Count: > 0 } states; after = states[^1].Name)
        {
            yield return new OutboxContents([], [], []) { States = states };
        }
    }

    /// <summary>Returns the first rows of a user that are to move to another file.</summary>
    public async ValueTask<OutboxContents> ReadOfUserAsync(string userId, int maxRows, CancellationToken cancellationToken) =>
        new(
            [],
            [.. (await Outbox.ReadRowsOfUserAsync(userId, maxRows, cancellationToken).ConfigureAwait(false)).Where(row => !Delivered.Contains(row.Id))],
            []);

    /// <summary>Takes part of what another file holds, in whatever transaction is open.</summary>
    public async ValueTask InsertAsync(OutboxContents part, CancellationToken cancellationToken)
    {
        await Outbox.InsertAsync(part.Intents, string.Empty, cancellationToken).ConfigureAwait(false);
        await Outbox.InsertInOrderAsync(part.Rows, cancellationToken).ConfigureAwait(false);
        await Outbox.InsertAsync(part.DeadLetters, cancellationToken).ConfigureAwait(false);
        foreach (var trial in part.Trials)
        {
            await Outbox.Trials.MergeAsync(trial, cancellationToken).ConfigureAwait(false);
        }

        foreach (var state in part.States)
        {
            await Outbox.MergeAsync(state, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Forgets what another file has taken. Returns what was gone by then: a person was erased meanwhile.</summary>
    public ValueTask<OutboxContents> RemoveAsync(OutboxContents contents, CancellationToken cancellationToken) => InTransactionAsync(
        withoutLimit: true,
        async () => new OutboxContents(
            await GoneAsync(
                contents.Intents,
                async intent =>
                    await Outbox.DeleteIntentAsync(intent.Id, cancellationToken).ConfigureAwait(false) == 1).ConfigureAwait(false),
            await GoneAsync(
                contents.Rows,
                async row =>
                    await Outbox.DeleteRowsAsync([row.Id], null, cancellationToken).ConfigureAwait(false) == 1).ConfigureAwait(false),
            await GoneAsync(
                contents.DeadLetters,
                async letter => await Outbox.DeleteDeadLettersAsync(
                    [letter.Row.Id], cancellationToken).ConfigureAwait(false) == 1).ConfigureAwait(false))
        {
            Trials = await GoneAsync(contents.Trials, trial => Outbox.Trials.DeleteAsync(trial, cancellationToken)).ConfigureAwait(false),
            States = await GoneAsync(contents.States, state => Outbox.DeleteAsync(state, cancellationToken)).ConfigureAwait(false),
        },
        cancellationToken);

    /// <summary>
    /// Gives part of the pages that nothing is in any more back to the disk, so few that no write waits long for it. Returns whether more
    /// than so many of them are left.
    /// </summary>
    public static bool Shrink(SqliteConnection connection, long keptPages)
    {
        if (SqliteSchema.Read(connection, "PRAGMA freelist_count") <= keptPages)
        {
            return false;
        }

        if (SqliteSchema.Read(connection, "PRAGMA auto_vacuum") != IncrementalVacuum)
        {
            // Of a former version: written anew once, with what it takes to shrink from then on.
            SqliteSchema.Execute(connection, "PRAGMA auto_vacuum = INCREMENTAL; VACUUM");
            return false;
        }

        SqliteSchema.Execute(connection, $"PRAGMA incremental_vacuum({PagesPerShrink})");
        return SqliteSchema.Read(connection, "PRAGMA freelist_count") > keptPages;
    }

    /// <inheritdoc cref="Shrink(SqliteConnection, long)"/>
    public bool Shrink(long keptPages = KeptPages) => Shrink(_connection, keptPages);

    /// <summary>Cuts the log of writes to nothing. Returns whether no reader prevented it.</summary>
    public bool TryEmptyLog() => TryEmptyLog(_connection);

    /// <summary>Merges the log of writes into the file and cuts it to nothing. Returns whether no reader prevented it.</summary>
    public static bool TryEmptyLog(SqliteConnection connection) => SqliteSchema.Read(connection, "PRAGMA wal_checkpoint(TRUNCATE)") == 0;

    /// <summary>
    /// Deletes rows that were delivered where the disk is full: few at a time, and with the log of writes begun anew in between, so that it
    /// takes no more of the disk. Until they are deleted, the next process too knows them.
    /// </summary>
    public async ValueTask<bool> DeleteDeliveredAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        Reserve.Remember(ids);
        MakeRoom();
        foreach (var some in ids.Chunk(RowsPerSmallDelete))
        {
            await InTransactionAsync(
                withoutLimit: true, () => Outbox.DeleteRowsAsync(some, null, cancellationToken), cancellationToken).ConfigureAwait(false);
            MakeRoom();
        }

        Reserve.Remember([]);
        return true;
    }

    /// <summary>
    /// Gives SQLite the room that is kept for a full disk, and lets it begin its log of writes anew, in the room that this has.
    /// </summary>
    public void MakeRoom()
    {
        Reserve.Release();
        SqliteSchema.Read(_connection, "PRAGMA wal_checkpoint(RESTART)");
    }

    private void DeleteDelivered()
    {
        var ids = Reserve.Read();
        if (ids.Count == 0)
        {
            return;
        }

        try
        {
            foreach (var some in ids.Chunk(RowsPerSmallDelete))
            {
                SqliteSchema.Execute(_connection, Outbox.Session.Sql.DeleteRows + OutboxSql.List(some));
            }

            Reserve.Remember([]);
        }
        catch (SqliteException exception) when (SqliteFaults.IsFull(exception))
        {
            Delivered = ids.ToHashSet();
        }
    }

    /// <summary>Forgets everything, in the file itself too, wherever that is by now.</summary>
    public void Clear()
    {
        Limit(NoLimit);
        SqliteSchema.Execute(
            _connection,
            "BEGIN; DELETE FROM intents; DELETE FROM rows; DELETE FROM dead_letters; DELETE FROM trials; DELETE FROM state; COMMIT");
        TryEmptyLog(_connection);
    }

    /// <summary>Closes the file without merging into it what was written last: not a byte of it changes.</summary>
    public void Abandon()
    {
        KeepAsItIs(_connection, true);
        Dispose();
    }

    public void Dispose()
    {
        Outbox.Session.DisposeCommands();
        _connection.Dispose();
    }

    private static SqliteConnection Inspect(OutboxFile file, SqliteOutboxSettings settings) => Connect(file.Path, SqliteOpenMode.ReadWrite, connection =>
    {
        settings.Schema.Inspect(connection);
        return connection;
    });

    // Opens a connection that changes nothing by itself; one that is of no use is closed.
    private static T Connect<T>(string path, SqliteOpenMode mode, Func<SqliteConnection, T> use)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = CommandTimeoutSeconds,
        }.ToString());
        try
        {
            connection.Open();
            KeepAsItIs(connection, true);
            return use(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static OutboxDatabase Prepare(SqliteConnection connection, SqliteOutboxSettings settings, OutboxReserve reserve)
    {
        var database = new OutboxDatabase(connection, settings, reserve);
        try
        {
            foreach (var probe in SqliteSchema.Sql.Probes)
            {
                SqliteSchema.Execute(connection, probe);
            }

            return database;
        }
        catch (SqliteException exception) when (SqliteFaults.IsUnknownName(exception))
        {
            throw new DamagedFileException(connection.DataSource, exception.Message, exception);
        }
    }

    private static async ValueTask<IReadOnlyList<T>> GoneAsync<T>(IReadOnlyList<T> entries, Func<T, ValueTask<bool>> remove)
    {
        var gone = new List<T>();
        foreach (var entry in entries)
        {
            if (!await remove(entry).ConfigureAwait(false))
            {
                gone.Add(entry);
            }
        }

        return gone;
    }

    private static void KeepAsItIs(SqliteConnection connection, bool keep) =>
        raw.sqlite3_db_config(connection.Handle, NoCheckpointOnClose, keep ? 1 : 0, out _);

    private void Limit(long pages) => SqliteSchema.Execute(_connection, $"PRAGMA max_page_count = {pages}");
}
