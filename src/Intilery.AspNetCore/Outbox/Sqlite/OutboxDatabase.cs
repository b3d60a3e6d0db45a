using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>An open outbox file. One connection is all that a process needs: writes are serial anyway.</summary>
internal sealed class OutboxDatabase : IDisposable
{
    private const int NoCheckpointOnClose = 1006;
    private const long PageBytes = 4096;
    private const long NoLimit = 4_294_967_294;
    private const int RowsPerPart = 500;

    private readonly SqliteConnection _connection;
    private readonly long _maxPages;

    private OutboxDatabase(SqliteConnection connection, long maxBytes)
    {
        _connection = connection;
        _maxPages = maxBytes / PageBytes;
        Commands = new SqliteOutboxCommands(connection);
        DeadLetters = new SqliteDeadLetters(connection);
        Destinations = new SqliteDestinationCommands(connection);
        Limit(_maxPages);
    }

    public SqliteOutboxCommands Commands { get; }

    public SqliteDeadLetters DeadLetters { get; }

    public SqliteDestinationCommands Destinations { get; }

    /// <summary>Opens the file, makes it if it is not there, and brings it to the current version.</summary>
    /// <exception cref="DamagedFileException">The file is corrupt or another application's; nothing in it was changed.</exception>
    /// <exception cref="NewerFileException">The file is of a newer version; nothing in it was changed.</exception>
    /// <exception cref="IOException">The file cannot be opened or written.</exception>
    public static OutboxDatabase Open(OutboxFile file, SqliteOutboxSettings settings)
    {
        // SQLite would take it for a new file and remove what was written.
        if (OutboxFile.LacksItsBeginning(file.Path))
        {
            throw new DamagedFileException(file.Path, "it was cut to nothing");
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
            SqliteSchema.Execute(connection, "PRAGMA journal_mode = WAL");
            SqliteSchema.Execute(connection, settings.SyncEveryCommit ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
            settings.Schema.Migrate(connection);
            var database = Prepare(connection, settings.MaxBytes);
            KeepAsItIs(connection, false);
            return database;
        }
        catch (SqliteException exception)
        {
            connection?.Dispose();
            throw SqliteFault.IsDamage(exception)
                ? new DamagedFileException(file.Path, exception.Message, exception)
                : new IOException($"The outbox file {file.Path} cannot be used: {exception.Message}", exception);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Does it all or nothing. What makes room, or must not be lost, goes without the limit: it would fail where the file has reached
    /// that.
    /// </summary>
    public void InTransaction(bool withoutLimit, Action work) => InTransaction(withoutLimit, () =>
    {
        work();
        return true;
    });

    /// <inheritdoc cref="InTransaction(bool, Action)"/>
    /// <returns>What the work has returned.</returns>
    public T InTransaction<T>(bool withoutLimit, Func<T> work)
    {
        if (!withoutLimit)
        {
            return Commands.InTransaction(work);
        }

        Limit(NoLimit);
        try
        {
            return Commands.InTransaction(work);
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
    public IEnumerable<OutboxContents> ReadParts()
    {
        var intents = Commands.ReadIntents();
        if (intents.Count > 0)
        {
            yield return new OutboxContents(intents, [], []);
        }

        for (var rows = Commands.ReadRows(long.MinValue, RowsPerPart); rows.Count > 0; rows = Commands.ReadRows(rows[^1].Id, RowsPerPart))
        {
            yield return new OutboxContents([], rows, []);
        }

        for (var dead = Commands.ReadDeadLetters(long.MinValue, RowsPerPart); dead.Count > 0; dead = Commands.ReadDeadLetters(dead[^1].Row.Id, RowsPerPart))
        {
            yield return new OutboxContents([], [], dead);
        }

        for (var trials = Commands.Trials.Read(string.Empty, RowsPerPart); trials.Count > 0; trials = Commands.Trials.Read(trials[^1].Key, RowsPerPart))
        {
            yield return new OutboxContents([], [], []) { Trials = trials };
        }
    }

    /// <summary>Takes what another file holds: all of it, or nothing.</summary>
    public void Insert(IEnumerable<OutboxContents> parts, bool withoutLimit) => InTransaction(withoutLimit, () =>
    {
        foreach (var part in parts)
        {
            foreach (var intent in part.Intents)
            {
                Commands.Insert(intent);
            }

            foreach (var row in part.Rows)
            {
                Commands.Insert(row);
            }

            foreach (var deadLetter in part.DeadLetters)
            {
                Commands.Insert(deadLetter);
            }

            foreach (var trial in part.Trials)
            {
                Commands.Trials.Merge(trial);
            }
        }
    });

    /// <summary>Forgets what another file has taken. Returns what was gone by then: a person was erased meanwhile.</summary>
    public OutboxContents Remove(OutboxContents contents) => InTransaction(withoutLimit: true, () => new OutboxContents(
        [.. contents.Intents.Where(intent => !Commands.DeleteIntent(intent.Id))],
        [.. contents.Rows.Where(row => !Commands.DeleteRow(row.Id))],
        [.. contents.DeadLetters.Where(deadLetter => !Commands.DeleteDeadLetter(deadLetter.Row.Id))])
    {
        Trials = [.. contents.Trials.Where(trial => !Commands.Trials.Delete(trial))],
    });

    /// <summary>Erases a person, from the file's bytes too. Returns how many entries that were.</summary>
    public int Purge(string userId)
    {
        var purged = InTransaction(withoutLimit: true, () => DeadLetters.PurgeUser(userId));

        // Where another process is just reading, the log of writes keeps the bytes until the next merge of it.
        DeadLetters.TryCompact();
        return purged;
    }

    /// <summary>Forgets everything, in the file itself too, wherever that is by now.</summary>
    public void Clear()
    {
        InTransaction(withoutLimit: true, () => SqliteSchema.Execute(_connection, "DELETE FROM intents; DELETE FROM rows; DELETE FROM dead_letters; DELETE FROM trials"));
        SqliteSchema.Execute(_connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// <summary>Closes the file without merging into it what was written last: not a byte of it changes.</summary>
    public void Abandon()
    {
        KeepAsItIs(_connection, true);
        Dispose();
    }

    public void Dispose()
    {
        Commands.Dispose();
        _connection.Dispose();
    }

    private static SqliteConnection Inspect(OutboxFile file, SqliteOutboxSettings settings)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file.Path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,

            // In seconds: nobody else writes to this file for longer.
            DefaultTimeout = 1,
        }.ToString());
        try
        {
            connection.Open();
            KeepAsItIs(connection, true);
            settings.Schema.Inspect(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static OutboxDatabase Prepare(SqliteConnection connection, long maxBytes)
    {
        var database = new OutboxDatabase(connection, maxBytes);
        try
        {
            database.Commands.Prepare();
            return database;
        }
        catch (SqliteException exception) when (SqliteFault.IsUnknownName(exception))
        {
            throw new DamagedFileException(connection.DataSource, exception.Message, exception);
        }
    }

    private static void KeepAsItIs(SqliteConnection connection, bool keep) =>
        raw.sqlite3_db_config(connection.Handle, NoCheckpointOnClose, keep ? 1 : 0, out _);

    private void Limit(long pages) => SqliteSchema.Execute(_connection, $"PRAGMA max_page_count = {pages}");
}
