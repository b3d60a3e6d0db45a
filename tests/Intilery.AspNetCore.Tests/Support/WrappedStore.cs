using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A store in memory; a double of one takes a hand in the writes alone.</summary>
internal abstract class WrappedStore(int capacity) : IOutboxStore
{
    private readonly MemoryOutboxStore _inner = new(capacity);

    public abstract string Description { get; }

    public ITrialSchedule Trials => _inner.Trials;

    public IOutboxDestinations Destinations => _inner.Destinations;

    public void Open() => _inner.Open();

    public virtual ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken) => _inner.WriteAsync(writes, cancellationToken);

    public ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(string destination, DateTimeOffset now, int maxRows, CancellationToken cancellationToken) =>
        _inner.ReadAsync(destination, now, maxRows, cancellationToken);

    public ValueTask<IReadOnlyList<OutboxRow>> ReadWaitingAsync(string? userId, long afterId, int maxCount, CancellationToken cancellationToken) =>
        _inner.ReadWaitingAsync(userId, afterId, maxCount, cancellationToken);

    public ValueTask<IReadOnlyList<HeldUser>> ReadHeldAsync(int maxCount, CancellationToken cancellationToken) => _inner.ReadHeldAsync(maxCount, cancellationToken);

    public ValueTask CompleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => _inner.CompleteAsync(ids, cancellationToken);

    public ValueTask RejectAsync(DeadLetter deadLetter, CancellationToken cancellationToken) => _inner.RejectAsync(deadLetter, cancellationToken);

    public virtual ValueTask<IReadOnlyList<Intent>> ReadOrphanedIntentsAsync(CancellationToken cancellationToken) =>
        _inner.ReadOrphanedIntentsAsync(cancellationToken);

    public virtual ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken) => _inner.GetStatusAsync(cancellationToken);

    public ValueTask<long> GetLastIdAsync(CancellationToken cancellationToken) => _inner.GetLastIdAsync(cancellationToken);

    public ValueTask<DateTimeOffset?> GetWaitingSinceAsync(string destination, DateTimeOffset now, CancellationToken cancellationToken) =>
        _inner.GetWaitingSinceAsync(destination, now, cancellationToken);

    public ValueTask<long> CountNewerAsync(string destination, CancellationToken cancellationToken) => _inner.CountNewerAsync(destination, cancellationToken);

    public ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(long afterId, int maxCount, CancellationToken cancellationToken) =>
        _inner.ReadDeadLettersAsync(afterId, maxCount, cancellationToken);

    public ValueTask<int> RestoreAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => _inner.RestoreAsync(ids, cancellationToken);

    public ValueTask<int> PurgeAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => _inner.PurgeAsync(ids, cancellationToken);

    public ValueTask<int> PurgeAsync(DateTimeOffset rejectedBefore, CancellationToken cancellationToken) =>
        _inner.PurgeAsync(rejectedBefore, cancellationToken);

    public ValueTask<int> PurgeUserAsync(string userId, CancellationToken cancellationToken) => _inner.PurgeUserAsync(userId, cancellationToken);

    public ValueTask<UserContents> ReadUserAsync(string userId, CancellationToken cancellationToken) => _inner.ReadUserAsync(userId, cancellationToken);

    public ValueTask<StoredState?> ReadStateAsync(string name, CancellationToken cancellationToken) => _inner.ReadStateAsync(name, cancellationToken);

    public ValueTask<long> CountBackfillAsync(string destination, CancellationToken cancellationToken) => _inner.CountBackfillAsync(destination, cancellationToken);

    public void Dispose() => _inner.Dispose();
}
