
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>The embedded store: a SQLite file of this process in a folder of the application.</summary>
internal sealed partial class SqliteOutboxStore : IOutboxStore
{
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly LifecycleDiagnostics _diagnostics;
    private readonly OutboxFiles _files;
    private readonly OpenOutbox _outbox;
    private readonly FolderErasure _erasure;
    private readonly string _folder;

    // Of this process: any other intent in the file is an orphan.
    private readonly Dictionary<long, Intent> _unsettled = [];

    // Acknowledged but not removed, because the disk was full: Intilery has them and must not get them again.
    private readonly HashSet<long> _completed = [];

    public SqliteOutboxStore(SqliteOutboxSettings settings, LifecycleDiagnostics diagnostics)
    {
        _folder = settings.Folder;
        _diagnostics = diagnostics;
        _files = new OutboxFiles(settings, diagnostics);
        _erasure = new FolderErasure(settings);
        _outbox = new OpenOutbox(settings, _files, () => _unsettled.Values, diagnostics);
    }

    public string Description => $"{_outbox.Path ?? _folder} (SQLite, survives the process)";

    public ITrialSchedule Trials => new SqliteTrialSchedule(_gate, _outbox);

    public IOutboxDestinations Destinations => new SqliteDestinations(_gate, _outbox);

    public void Open()
    {
        lock (_gate)
        {
            _outbox.Open();
        }
    }

    public ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _outbox.Record(database => database.InTransaction(withoutLimit: false, () =>
            {
                foreach (var write in writes)
                {
                    database.Commands.Write(write);
                }
            }));
            foreach (var write in writes)
            {
                Remember(write);
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(string destination, DateTimeOffset now, int maxRows, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_completed.Count == 0 || TryRemoveCompleted())
            {
                return new(_outbox.Use(database => database.Commands.ReadDueRows(destination, now, maxRows)));
            }

            var rows = _outbox.Use(database => database.Commands.ReadDueRows(destination, now, maxRows + _completed.Count));
            return new([.. rows.Where(row => !_completed.Contains(row.Id)).Take(maxRows)]);
        }
    }

    public ValueTask CompleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _completed.UnionWith(ids);
            TryRemoveCompleted();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask RejectAsync(DeadLetter deadLetter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _outbox.Record(database => database.InTransaction(withoutLimit: true, () => database.DeadLetters.Reject(deadLetter)));
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Takes over what processes that ended have left in their files, and returns the intents among it.</summary>
    public ValueTask<IReadOnlyList<Intent>> ReadOrphanedIntentsAsync(CancellationToken cancellationToken)
    {
        try
        {
            _files.Adopt(except: _outbox.Path, Take, Forget);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It stays where it is until there is room for it; what was taken is settled all the same.
            _diagnostics.Failed("taking over the events of a process that ended", exception);
        }

        lock (_gate)
        {
            return new([.. _outbox.Use(database => database.Commands.ReadIntents()).Where(intent => !_unsettled.ContainsKey(intent.Id))]);
        }
    }

    public ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(_outbox.Use(database => database.Commands.ReadStatus()));
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
            _outbox.Dispose();
        }
        finally
        {
            _gate.Exit();
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

    // Part by part: a request that records in between does not wait for a whole backlog.
    private void Take(OutboxContents part)
    {
        lock (_gate)
        {
            _outbox.Record(database => database.Insert([part], withoutLimit: false));
        }
    }

    private void Forget(OutboxContents erased)
    {
        lock (_gate)
        {
            _outbox.Use(database => database.Remove(erased));
        }
    }

    private bool TryRemoveCompleted()
    {
        try
        {
            _outbox.Use(database =>
            {
                database.InTransaction(withoutLimit: true, () =>
                {
                    foreach (var id in _completed)
                    {
                        database.Commands.DeleteRow(id);
                    }
                });
                return true;
            });
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
