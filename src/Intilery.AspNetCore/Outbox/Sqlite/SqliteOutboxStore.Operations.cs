namespace Intilery.AspNetCore.Outbox.Sqlite;

// What operators do.
internal sealed partial class SqliteOutboxStore
{
    public ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(long afterId, int maxCount, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(_outbox.Use(database => database.Commands.ReadDeadLetters(afterId, maxCount)));
        }
    }

    public ValueTask<int> RestoreAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        new(Count(deadLetters => deadLetters.Restore(ids)));

    public ValueTask<int> PurgeAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        new(Count(deadLetters => deadLetters.Purge(ids)));

    public ValueTask<int> PurgeAsync(DateTimeOffset rejectedBefore, CancellationToken cancellationToken) =>
        new(Count(deadLetters => deadLetters.Purge(rejectedBefore)));

    /// <summary>Erases a person from every file of the folder, whoever has it open.</summary>
    /// <exception cref="IOException">A file could not be reached; from the others the person is erased.</exception>
    public ValueTask<int> PurgeUserAsync(string userId, CancellationToken cancellationToken)
    {
        // This process's own file last: what it takes over meanwhile is in it by then.
        var (erased, faults) = _erasure.Erase(userId, except: _outbox.Path);
        lock (_gate)
        {
            erased += _outbox.Use(database => database.Purge(userId));
            foreach (var intent in _unsettled.Values.Where(intent => intent.UserId == userId).ToList())
            {
                _unsettled.Remove(intent.Id);
            }
        }

        return faults.Count == 0
            ? new(erased)
            : throw new IOException($"The person was erased from the outbox, but not everywhere. {string.Join(" ", faults)}");
    }

    // What operators do makes room, or must not be lost.
    private int Count(Func<SqliteDeadLetters, int> work)
    {
        lock (_gate)
        {
            return _outbox.Use(database => database.InTransaction(withoutLimit: true, () => work(database.DeadLetters)));
        }
    }
}
