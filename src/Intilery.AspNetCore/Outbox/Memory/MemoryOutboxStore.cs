using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox.Memory;

/// <summary>Rows in memory, for tests and for hosts without a writable disk: it survives nothing but a graceful stop's drain.</summary>
internal sealed class MemoryOutboxStore : IOutboxStore, IOutboxDestinations
{
    /// <summary>How many dead letters it keeps: of up to 32 KB each, and they may wait a month for an operator.</summary>
    public const int MaxDeadLetters = 1000;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, OutboxRow> _rows = [];
    private readonly Dictionary<long, long> _positions = [];
    private readonly SortedDictionary<long, Intent> _intents = [];
    private readonly SortedDictionary<long, DeadLetter> _deadLetters = [];
    private readonly Dictionary<string, StoredState> _states = [];
    private readonly int _capacity;
    private readonly MemoryTrials _trials;
    private readonly LifecycleDiagnostics? _diagnostics;
    private readonly Action<OutboxRow>? _show;
    private readonly Dictionary<string, WaitingRows> _waiting = new(StringComparer.Ordinal);
    private long _lastPosition;
    private int _backfillRows;

    /// <summary>Makes a store that keeps events for delivery.</summary>
    /// <param name="capacity">How many events it holds.</param>
    /// <param name="trials">The schedule of its trials; one of its own if <see langword="null"/>.</param>
    /// <param name="diagnostics">Counts the dead letters that it has no room for; <see langword="null"/> for tests.</param>
    public MemoryOutboxStore(int capacity, MemoryTrials? trials = null, LifecycleDiagnostics? diagnostics = null) =>
        (_capacity, _trials, _diagnostics) = (capacity, trials ?? new MemoryTrials(MemoryTrials.DefaultCapacity), diagnostics);

    /// <summary>
    /// Makes a store that shows events and keeps none. Of trials it remembers what it takes to end them in time and once.
    /// </summary>
    /// <param name="trials">The schedule of its trials.</param>
    /// <param name="show">Shows a row; what it wants of the payload it copies.</param>
    public MemoryOutboxStore(MemoryTrials trials, Action<OutboxRow> show) => (_capacity, _trials, _show) = (0, trials, show);

    public string Description => "memory (survives a graceful stop only)";

    public bool SurvivesProcess => false;

    public bool KeepsEvents => _show is null;

    public ITrialSchedule Trials => _trials;

    public IOutboxDestinations Destinations => this;

    public void Open()
    {
    }

    public ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // Not what only commits intents: that makes room.
            if (KeepsEvents && _rows.Count >= _capacity && writes.Any(write => write.Intent is not null || write.Commit?.Rows.Count > 0))
            {
                throw new IOException($"The memory outbox holds {_capacity} events and takes no more until some are delivered.");
            }

            foreach (var write in writes)
            {
                if (write.Intent is { } intent && KeepsEvents)
                {
                    _intents[intent.Id] = intent;
                }

                if (write.Commit is { } commit)
                {
                    Commit(commit);
                }
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Commits at once, whatever the capacity.</summary>
    public void Commit(OutboxCommit commit)
    {
        lock (_gate)
        {
            if (commit.State is { } change)
            {
                if (!change.Decide(_states.GetValueOrDefault(change.Name)))
                {
                    return;
                }

                _states[change.Name] = new StoredState(change.Name, change.SeenVersion + 1, change.Value.ToArray());
            }

            foreach (var user in commit.Superseded)
            {
                Supersede(user);
            }

            HashSet<long>? deleted = null;
            if (KeepsEvents && commit.Intents.Count > 0)
            {
                deleted = [.. commit.Intents.Where(_intents.Remove)];
            }

            for (var i = 0; i < commit.Rows.Count; i++)
            {
                if (IsCommittedHere(commit.Rows[i].IntentId) && _trials.Admit(commit.Rows[i]) is { } admitted)
                {
                    Add(admitted);
                }
            }

            for (var i = 0; i < commit.DeadLetters.Count; i++)
            {
                if (IsCommittedHere(commit.DeadLetters[i].Row.IntentId) && _trials.Admit(commit.DeadLetters[i].Row) is { } admitted)
                {
                    Add(commit.DeadLetters[i] with { Row = admitted });
                }
            }

            for (var i = 0; i < commit.Trials.Count; i++)
            {
                if (IsCommittedHere(commit.Trials[i].IntentId))
                {
                    _trials.Apply(commit.Trials[i], out _);
                }
            }

            // Where nothing is kept there are no intents.
            bool IsCommittedHere(long? intent) => intent is not { } id || !KeepsEvents || deleted?.Contains(id) == true;
        }
    }

    public ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(
        string destination, DateTimeOffset now, int maxRows, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var held = _intents.Values.Select(intent => intent.UserId).ToHashSet(StringComparer.Ordinal);
            var due = _rows.Values.Where(
                row => row.Destination == destination && row.DueAt <= now && (row.UserId is null || !held.Contains(row.UserId)));
            return new([.. due.Where(row => !row.IsBackfill).Concat(due.Where(row => row.IsBackfill)).Take(maxRows)]);
        }
    }

    public ValueTask<IReadOnlyList<OutboxRow>> ReadWaitingAsync(
        string? userId, long afterId, int maxCount, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(
                [.. _rows.Values.Where(row => row.Id > afterId && (userId is null || row.UserId == userId)).OrderBy(row => row.Id).Take(maxCount)]);
        }
    }

    public ValueTask<StoredState?> ReadStateAsync(string name, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(_states.GetValueOrDefault(name));
        }
    }

    public ValueTask<long> CountBackfillAsync(string destination, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(_waiting.GetValueOrDefault(destination).Backfill);
        }
    }

    public ValueTask<IReadOnlyList<HeldUser>> ReadHeldAsync(int maxCount, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new([.. _intents.Values
                .Where(intent => intent.UserId.Length > 0)
                .GroupBy(intent => intent.UserId, StringComparer.Ordinal)
                .OrderBy(user => user.Min(intent => intent.Id))
                .Take(maxCount)
                .Select(user => new HeldUser(user.Key, RowIdSequence.TimeOf(user.Min(intent => intent.Id)), user.Count()))]);
        }
    }

    public ValueTask CompleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var id in ids)
            {
                Remove(id, out _);
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask RejectAsync(DeadLetter deadLetter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (Remove(deadLetter.Row.Id, out var row))
            {
                Add(deadLetter with { Row = row });
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<int> RestoreAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var restored = 0;
            foreach (var id in ids.Order())
            {
                if (_deadLetters.Remove(id, out var deadLetter))
                {
                    Add(deadLetter.Row);
                    restored++;

                    // Before the rows of the same user that were recorded later.
                    foreach (var later in _rows.Values.Where(row => row.UserId is { } user && user == deadLetter.Row.UserId && row.Id > id)
                        .ToList())
                    {
                        Remove(later.Id, out _);
                        Add(later);
                    }
                }
            }

            return new(restored);
        }
    }

    // The memory of a process that is gone is gone with it.
    public ValueTask<IReadOnlyList<Intent>> ReadOrphanedIntentsAsync(CancellationToken cancellationToken) => new([]);

    public ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(
                new OutboxStatus(
                    _rows.Count, _intents.Count, _deadLetters.Count, _waiting.ToDictionary(pair => pair.Key, pair => pair.Value.All)));
        }
    }

    public ValueTask<long> GetLastIdAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(_positions.Keys.DefaultIfEmpty().Max());
        }
    }

    public ValueTask<DateTimeOffset?> GetWaitingSinceAsync(string destination, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            DateTimeOffset? intent = _intents.Count > 0 ? RowIdSequence.TimeOf(_intents.First().Key) : null;
            DateTimeOffset? row = _rows.Values.FirstOrDefault(row => row.Destination == destination && row.DueAt <= now) is { } first
                ? OutboxRow.WaitingSince(first.Id, first.DueAt)
                : null;
            return new(intent < row || row is null ? intent : row);
        }
    }

    public ValueTask<long> CountNewerAsync(string destination, CancellationToken cancellationToken) => new(0);

    public ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(long afterId, int maxCount, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new([.. _deadLetters.Values.Where(deadLetter => deadLetter.Row.Id > afterId).Take(maxCount)]);
        }
    }

    public ValueTask<int> PurgeAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(ids.Count(_deadLetters.Remove));
        }
    }

    public ValueTask<int> PurgeAsync(DateTimeOffset rejectedBefore, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(RemoveAll(_deadLetters, deadLetter => deadLetter.At < rejectedBefore));
        }
    }

    public ValueTask<int> PurgeUserAsync(string userId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(RemoveAll(row => row.UserId == userId)
                + RemoveAll(_intents, intent => intent.UserId == userId)
                + RemoveAll(_deadLetters, deadLetter => deadLetter.Row.UserId == userId)
                + _trials.PurgeUser(userId));
        }
    }

    public ValueTask<UserContents> ReadUserAsync(string userId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(new UserContents(
                [.. _rows.Values.Where(row => row.UserId == userId)],
                [.. _intents.Values.Where(intent => intent.UserId == userId)],
                [.. _deadLetters.Values.Where(letter => letter.Row.UserId == userId)],
                _trials.OfUser(userId)));
        }
    }

    public ValueTask<IReadOnlyList<DestinationContents>> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new([.. Contents()]);
        }
    }

    public ValueTask<bool> TryRedirectAsync(DestinationContents seen, string destination, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!Contents().Contains(seen))
            {
                return new(false);
            }

            foreach (var (position, row) in _rows.Where(entry => entry.Value.Destination == seen.Destination).ToList())
            {
                Count(row, -1);
                Count(_rows[position] = row with { Destination = destination }, 1);
            }

            _trials.ChangeOpen(seen.Destination, trial => trial with { Destination = destination, Version = trial.Version + 1 });
            return new(true);
        }
    }

    public ValueTask<bool> TryPurgeAsync(DestinationContents seen, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!Contents().Contains(seen))
            {
                return new(false);
            }

            RemoveAll(row => row.Destination == seen.Destination);
            _trials.ChangeOpen(seen.Destination, _ => null);
            return new(true);
        }
    }

    public void Dispose()
    {
    }

    private static int RemoveAll<T>(SortedDictionary<long, T> entries, Func<T, bool> isGone)
    {
        var gone = entries.Where(entry => isGone(entry.Value)).Select(entry => entry.Key).ToList();
        gone.ForEach(id => entries.Remove(id));
        return gone.Count;
    }

    private int RemoveAll(Func<OutboxRow, bool> isGone)
    {
        var gone = _rows.Values.Where(isGone).ToList();
        gone.ForEach(row => Remove(row.Id, out _));
        return gone.Count;
    }

    private IEnumerable<DestinationContents> Contents()
    {
        var open = _trials.OpenByDestination();
        return _waiting.Keys.Union(open.Keys).Order(StringComparer.Ordinal).Select(destination =>
            new DestinationContents(destination, _waiting.GetValueOrDefault(destination).All, open.GetValueOrDefault(destination)));
    }

    private void Add(OutboxRow row)
    {
        if (row is { IsBackfill: false, EventName: EventNames.Identify, UserId: { } user })
        {
            Supersede(user);
        }

        if (_show is not null)
        {
            _show(row);
        }
        else if (_positions.TryAdd(row.Id, _lastPosition + 1))
        {
            _rows.Add(++_lastPosition, row with { Payload = row.Payload.ToArray(), IntentId = null });
            Count(row, 1);
        }
    }

    // The person's backfilled identify is out of date.
    private void Supersede(string user)
    {
        if (_backfillRows > 0)
        {
            RemoveAll(row => row is { IsBackfill: true, EventName: EventNames.Identify } && row.UserId == user);
        }
    }

    private bool Remove(long id, out OutboxRow row)
    {
        row = null!;
        if (!_positions.Remove(id, out var position) || !_rows.Remove(position, out row!))
        {
            return false;
        }

        Count(row, -1);
        return true;
    }

    private void Count(OutboxRow row, int rows)
    {
        var backfill = row.IsBackfill ? rows : 0;
        _backfillRows += backfill;
        var before = _waiting.GetValueOrDefault(row.Destination);
        if (before.All + rows == 0)
        {
            _waiting.Remove(row.Destination);
        }
        else
        {
            _waiting[row.Destination] = new WaitingRows(before.All + rows, before.Backfill + backfill);
        }
    }

    private void Add(DeadLetter deadLetter)
    {
        if (_show is not null)
        {
            return;
        }

        _deadLetters[deadLetter.Row.Id] = deadLetter;
        if (_deadLetters.Count > MaxDeadLetters)
        {
            _deadLetters.Remove(_deadLetters.First().Key);
            _diagnostics?.Dropped(1, Reasons.DeadLettersFull);
        }
    }

    // What waits for a destination: counted as it comes and goes, so that a look does not hold up a commit.
    private readonly record struct WaitingRows(long All, long Backfill);
}
