namespace Intilery.AspNetCore.Outbox;

/// <summary>Rows in memory, for tests and for hosts without a writable disk: it survives nothing but a graceful stop's drain.</summary>
internal sealed class MemoryOutboxStore(int capacity) : IOutboxStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, OutboxRow> _rows = [];
    private readonly SortedDictionary<long, Intent> _intents = [];
    private readonly List<DeadLetter> _deadLetters = [];

    public string Description => "memory (survives a graceful stop only)";

    public void Open()
    {
    }

    public ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // Not what only settles: that makes room.
            if (_rows.Count >= capacity && writes.Any(write => write.Intent is not null || write.Settlement?.Rows.Count > 0))
            {
                throw new IOException($"The memory outbox holds {capacity} events and takes no more until some are delivered.");
            }

            foreach (var write in writes)
            {
                if (write.Intent is { } intent)
                {
                    _intents[intent.Id] = intent;
                }

                if (write.Settlement is { } settlement)
                {
                    Settle(settlement);
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
            if (_rows.Remove(deadLetter.Row.Id))
            {
                _deadLetters.Add(deadLetter);
            }
        }

        return ValueTask.CompletedTask;
    }

    // The memory of a process that is gone is gone with it.
    public ValueTask<IReadOnlyList<Intent>> ReadOrphanedIntentsAsync(CancellationToken cancellationToken) => new([]);

    public ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var byDestination = _rows.Values.CountBy(row => row.Destination).ToDictionary(pair => pair.Key, pair => (long)pair.Value);
            return new(new OutboxStatus(_rows.Count, _intents.Count, _deadLetters.Count, byDestination));
        }
    }

    public void Dispose()
    {
    }

    private void Settle(Settlement settlement)
    {
        var deleted = settlement.Intents.Where(_intents.Remove).ToHashSet();
        foreach (var row in settlement.Rows)
        {
            if (row.IntentId is not { } intent || deleted.Contains(intent))
            {
                _rows[row.Id] = row;
            }
        }
    }
}
