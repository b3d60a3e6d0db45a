
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox.Memory;

/// <summary>Rows in memory, for tests and for hosts without a writable disk: it survives nothing but a graceful stop's drain.</summary>
/// <param name="capacity">How many events it holds.</param>
/// <param name="trials">The schedule of its trials; one of its own if <see langword="null"/>.</param>
/// <param name="diagnostics">Counts the dead letters that it has no room for; <see langword="null"/> for tests.</param>
internal sealed class MemoryOutboxStore(int capacity, MemoryTrials? trials = null, LifecycleDiagnostics? diagnostics = null) : IOutboxStore
{
    /// <summary>How many dead letters it keeps: of up to 32 KB each, and nobody may look at them for a month.</summary>
    public const int MaxDeadLetters = 1000;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, OutboxRow> _rows = [];
    private readonly SortedDictionary<long, Intent> _intents = [];
    private readonly SortedDictionary<long, DeadLetter> _deadLetters = [];
    private readonly MemoryTrials _trials = trials ?? new MemoryTrials(MemoryTrials.DefaultCapacity);

    public string Description => "memory (survives a graceful stop only)";

    public bool SurvivesProcess => false;

    public ITrialSchedule Trials => _trials;

    public IOutboxDestinations Destinations => new MemoryDestinations(_gate, _rows, _trials);

    public void Open()
    {
    }

    public ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // Not what only settles: that makes room.
            if (_rows.Count >= capacity && writes.Any(write => write.Intent is not null || write.Commit?.Rows.Count > 0))
            {
                throw new IOException($"The memory outbox holds {capacity} events and takes no more until some are delivered.");
            }

            foreach (var write in writes)
            {
                if (write.Intent is { } intent)
                {
                    _intents[intent.Id] = intent;
                }

                if (write.Commit is { } settlement)
                {
                    Settle(settlement with { Rows = [.. settlement.Rows.Select(row => row with { Payload = row.Payload.ToArray() })] });
                }
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(string destination, DateTimeOffset now, int maxRows, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var held = _intents.Values.Select(intent => intent.UserId).ToHashSet(StringComparer.Ordinal);
            return new([.. _rows.Values
                .Where(row => row.Destination == destination && row.DueAt <= now && (row.UserId is null || !held.Contains(row.UserId)))
                .Take(maxRows)]);
        }
    }

    public ValueTask CompleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var id in ids)
            {
                _rows.Remove(id);
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask RejectAsync(DeadLetter deadLetter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_rows.Remove(deadLetter.Row.Id, out var row))
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
            foreach (var id in ids)
            {
                if (_deadLetters.Remove(id, out var deadLetter))
                {
                    _rows[id] = deadLetter.Row;
                    restored++;
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
            var byDestination = _rows.Values.CountBy(row => row.Destination).ToDictionary(pair => pair.Key, pair => (long)pair.Value);
            return new(new OutboxStatus(_rows.Count, _intents.Count, _deadLetters.Count, byDestination) { LastId = _rows.Keys.LastOrDefault() });
        }
    }

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
            return new(Remove(_deadLetters, deadLetter => deadLetter.At < rejectedBefore));
        }
    }

    public ValueTask<int> PurgeUserAsync(string userId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(Remove(_rows, row => row.UserId == userId)
                + Remove(_intents, intent => intent.UserId == userId)
                + Remove(_deadLetters, deadLetter => deadLetter.Row.UserId == userId)
                + _trials.PurgeUser(userId));
        }
    }

    public void Dispose()
    {
    }

    private static int Remove<T>(SortedDictionary<long, T> entries, Func<T, bool> isGone)
    {
        var gone = entries.Where(entry => isGone(entry.Value)).Select(entry => entry.Key).ToList();
        gone.ForEach(id => entries.Remove(id));
        return gone.Count;
    }

    private void Add(DeadLetter deadLetter)
    {
        _deadLetters[deadLetter.Row.Id] = deadLetter;
        if (_deadLetters.Count > MaxDeadLetters)
        {
            _deadLetters.Remove(_deadLetters.First().Key);
            diagnostics?.Dropped(1, Reasons.DeadLettersFull);
        }
    }

    private void Settle(OutboxCommit settlement)
    {
        var deleted = settlement.Intents.Where(_intents.Remove).ToHashSet();
        foreach (var row in settlement.Rows)
        {
            if (IsSettledHere(row.IntentId) && _trials.Admit(row) is { } admitted)
            {
                _rows[row.Id] = admitted;
            }
        }

        foreach (var deadLetter in settlement.DeadLetters)
        {
            if (IsSettledHere(deadLetter.Row.IntentId) && _trials.Admit(deadLetter.Row) is { } admitted)
            {
                Add(deadLetter with { Row = admitted });
            }
        }

        foreach (var change in settlement.Trials.Where(change => IsSettledHere(change.IntentId)))
        {
            _trials.Apply(change, out _);
        }

        bool IsSettledHere(long? intent) => intent is not { } id || deleted.Contains(id);
    }
}
