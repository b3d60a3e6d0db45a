using System.Diagnostics;
using Intilery.AspNetCore.Outbox.Sql;
using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>
/// Erases a person from the files of the folder that this process does not have open, or reads what they hold of one: those that ended
/// processes left, and those that running ones write to. SQLite lets several processes into one file; the owner finds the person gone at
/// its next statement.
/// </summary>
internal sealed class FolderErasure(SqliteOutboxSettings settings)
{
    // Many times an owner's longest transaction, which is one commit of its writer: a busy owner leaves small gaps.
    private const int TimeoutSeconds = 30;

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Erases the person from every file but one. Returns how many entries that were, and what could not be reached.</summary>
    public async ValueTask<(int Erased, IReadOnlyList<string> Faults)> EraseAsync(
        string userId, string? except, CancellationToken cancellationToken)
    {
        var erased = 0;
        var faults = await EachAsync(
            except,
            async path => erased += await EraseFromAsync(path, userId, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        return (erased, faults);
    }

    /// <summary>
    /// Returns what is held of the person in every file but one, and what could not be reached: files that were set aside, too.
    /// </summary>
    public async ValueTask<UserContents> ReadAsync(string userId, string? except, CancellationToken cancellationToken)
    {
        var held = UserContents.Empty;
        var faults = await EachAsync(except, async path =>
        {
            held = held.With(await UseAsync(
                path,
                (_, session) => new SqlOutbox(session).ReadUserAsync(userId, cancellationToken),
                UserContents.Empty).ConfigureAwait(false));
        }).ConfigureAwait(false);
        return held with { Unreached = [.. faults, .. OutboxFile.SetAsideIn(settings.Folder).Select(path => $"{path}: it was set aside as damaged.")] };
    }

    private async ValueTask<IReadOnlyList<string>> EachAsync(string? except, Func<string, Task> work)
    {
        var faults = new List<string>();
        foreach (var path in OutboxFile.In(settings.Folder).Where(path => path != except))
        {
            try
            {
                await work(path).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SqliteException)
            {
                // Another version's, another user's, a damaged one: the other files are erased from all the same.
                if (File.Exists(path))
                {
                    faults.Add($"{path}: {exception.Message}");
                }
            }
        }

        return faults;
    }

    private ValueTask<int> EraseFromAsync(string path, string userId, CancellationToken cancellationToken) => UseAsync(
        path,
        async (connection, session) =>
        {
            // In parts: the owner commits in between.
            var (erased, isMore) = (0, true);
            var outbox = new SqlOutbox(session);
            while (isMore)
            {
                (var deleted, isMore) = await session.InTransactionAsync(
                    () => outbox.PurgeRowsAsync(userId, cancellationToken), cancellationToken).ConfigureAwait(false);
                erased += deleted;
            }

            erased += await session.InTransactionAsync(
                () => outbox.PurgeUserAsync(userId, cancellationToken), cancellationToken).ConfigureAwait(false);
            session.DisposeCommands();
            return TryCompact(connection)
                ? erased
                : throw new IOException("the person was deleted, but not from its log of writes, which is in use; erase again.");
        },
        0);

    private async ValueTask<T> UseAsync<T>(string path, Func<SqliteConnection, SqlSession, ValueTask<T>> work, T otherwise)
    {
        // No process takes up a file's contents while it is locked, and an owner that has it locked does not take up its own.
        using var file = OutboxFile.TryTake(path);
        if (OutboxFile.LacksItsBeginning(path))
        {
            throw new DamagedFileException(path, "it is empty");
        }

        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = TimeoutSeconds,
        }.ToString());
        connection.Open();
        SqliteSchema.Execute(connection, $"PRAGMA busy_timeout = {TimeoutSeconds * 1000}");
        SqliteSchema.Execute(connection, "PRAGMA secure_delete = ON");
        if (!settings.Schema.Inspect(connection))
        {
            return otherwise;
        }

        if (file is not null)
        {
            // An older version left it; while one runs on it, it is that version's.
            settings.Schema.Migrate(connection);
        }

        var session = new SqlSession(connection, SqliteSchema.Sql, TimeoutSeconds, settings.Protection);
        try
        {
            return await work(connection, session).ConfigureAwait(false);
        }
        finally
        {
            session.DisposeCommands();
        }
    }

    // SQLite waits for who writes and for who reads, but not for who merges the log just then, as the owner does between its commits.
    private static bool TryCompact(SqliteConnection connection)
    {
        var begun = Stopwatch.GetTimestamp();
        while (OutboxDatabase.Shrink(connection, keptPages: 0) && Stopwatch.GetElapsedTime(begun).TotalSeconds < TimeoutSeconds)
        {
            // The owner commits in between.
        }

        while (!OutboxDatabase.TryEmptyLog(connection))
        {
            if (Stopwatch.GetElapsedTime(begun).TotalSeconds > TimeoutSeconds)
            {
                return false;
            }

            Thread.Sleep(_pause);
        }

        return true;
    }
}
