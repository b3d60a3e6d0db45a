using Intilery.AspNetCore.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>The embedded store: a SQLite file of this process in a folder of the application.</summary>
internal sealed class SqliteOutboxStore(string folder, bool syncEveryCommit, LifecycleDiagnostics diagnostics) : IOutboxStore
{
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private OutboxFile? _file;
    private SqliteConnection? _connection;
    private SqliteOutboxCommands? _commands;
    private SqliteDeadLetters? _deadLetters;
    private IReadOnlyList<Intent> _orphans = [];

    public string Description => $"{_file?.Path ?? folder} (SQLite, survives the process)";

    public void Open()
    {
        lock (_gate)
        {
            _file = OutboxFile.Take(folder);
            _connection = _file.Connect(syncEveryCommit);
            _commands = new SqliteOutboxCommands(_connection);
            _deadLetters = new SqliteDeadLetters(_connection);
            foreach (var orphan in OutboxFile.TakeOrphans(folder))
            {
                using (orphan)
                {
                    Adopt(orphan);
                }
            }

            _orphans = _commands.ReadIntents();
        }
    }

    public ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Commands.InTransaction(() =>
            {
                foreach (var write in writes)
                {
                    if (write.Intent is { } intent)
                    {
                        Commands.Insert(intent);
                    }

                    if (write.Settlement is { } settlement)
                    {
                        Settle(settlement);
                    }
                }
            });
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(string destination, DateTimeOffset now, int maxRows, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(Commands.ReadRows(destination, now, maxRows));
        }
    }

    public ValueTask CompleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Commands.InTransaction(() =>
            {
                foreach (var id in ids)
                {
                    Commands.DeleteRow(id);
                }
            });
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask RejectAsync(DeadLetter deadLetter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Commands.InTransaction(() =>
            {
                Commands.Insert(deadLetter);
                Commands.DeleteRow(deadLetter.Row.Id);
            });
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<Intent>> ReadOrphanedIntentsAsync(CancellationToken cancellationToken) => new(_orphans);

    public ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(Commands.ReadStatus());
        }
    }

    public ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(long afterId, int maxCount, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(DeadLetters.Read(afterId, maxCount));
        }
    }

    public ValueTask<int> RestoreAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        new(InTransaction(() => DeadLetters.Restore(ids)));

    public ValueTask<int> PurgeAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        new(InTransaction(() => DeadLetters.Purge(ids)));

    public ValueTask<int> PurgeAsync(DateTimeOffset rejectedBefore, CancellationToken cancellationToken) =>
        new(InTransaction(() => DeadLetters.Purge(rejectedBefore)));

    public ValueTask<int> PurgeUserAsync(string userId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var purged = InTransaction(() => DeadLetters.PurgeUser(userId));
            DeadLetters.Compact();
            return new(purged);
        }
    }

    public void Dispose()
    {
        // A disk that hangs must not hang the host's end: the system closes what is still in use then.
        if (!_gate.TryEnter(_longestWait))
        {
            return;
        }

        try
        {
            _commands?.Dispose();
            _connection?.Dispose();
            _file?.Dispose();
            _commands = null;
            _deadLetters = null;
            _connection = null;
            _file = null;
        }
        finally
        {
            _gate.Exit();
        }
    }

    private SqliteOutboxCommands Commands => _commands ?? throw new IOException("The outbox is closed.");

    private SqliteDeadLetters DeadLetters => _deadLetters ?? throw new IOException("The outbox is closed.");

    // Several statements, all or nothing.
    private int InTransaction(Func<int> work)
    {
        var count = 0;
        lock (_gate)
        {
            Commands.InTransaction(() => count = work());
        }

        return count;
    }

    private void Settle(Settlement settlement)
    {
        var deleted = settlement.Intents.Where(Commands.DeleteIntent).ToHashSet();
        foreach (var row in settlement.Rows)
        {
            if (row.IntentId is not { } intent || deleted.Contains(intent))
            {
                Commands.Insert(row);
            }
        }

        foreach (var deadLetter in settlement.DeadLetters)
        {
            if (deadLetter.Row.IntentId is not { } intent || deleted.Contains(intent))
            {
                DeadLetters.Insert(deadLetter);
            }
        }
    }

    // Copied first, deleted after: a crash between the two delivers a row twice under one messageId, never not at all.
    private void Adopt(OutboxFile orphan)
    {
        using var connection = orphan.Connect(syncEveryCommit);
        using var commands = new SqliteOutboxCommands(connection);
        var rows = commands.ReadStatus().Rows;
        using (var attached = _connection!.CreateCommand())
        {
            attached.CommandText = """
                ATTACH DATABASE $path AS orphan;
                BEGIN IMMEDIATE;
                INSERT INTO main.rows SELECT * FROM orphan.rows WHERE true ON CONFLICT (id) DO NOTHING;
                INSERT INTO main.intents SELECT * FROM orphan.intents WHERE true ON CONFLICT (id) DO NOTHING;
                INSERT INTO main.dead_letters SELECT * FROM orphan.dead_letters WHERE true ON CONFLICT (id) DO NOTHING;
                COMMIT;
                DETACH DATABASE orphan;
                """;
            attached.Parameters.AddWithValue("$path", orphan.Path);
            attached.ExecuteNonQuery();
        }

        SqliteSchema.Execute(connection, "BEGIN IMMEDIATE; DELETE FROM rows; DELETE FROM intents; DELETE FROM dead_letters; COMMIT");
        if (rows > 0)
        {
            diagnostics.Log.OutboxAdopted((int)rows, orphan.Path);
        }
    }
}
