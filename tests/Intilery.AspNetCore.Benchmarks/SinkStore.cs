
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>Takes everything and keeps nothing, so that what is in front of it can be measured.</summary>
internal sealed class SinkStore : IOutboxStore
{
    public string Description => "nowhere";

    public ITrialSchedule Trials { get; } = new MemoryTrials(MemoryTrials.DefaultCapacity);

    public IOutboxDestinations Destinations { get; } = new MemoryOutboxStore(0);

    public void Open()
    {
    }

    public ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken) => default;

    public ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(string destination, DateTimeOffset now, int maxRows, CancellationToken cancellationToken) => new([]);

    public ValueTask CompleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => default;

    public ValueTask RejectAsync(DeadLetter deadLetter, CancellationToken cancellationToken) => default;

    public ValueTask<IReadOnlyList<Intent>> ReadOrphanedIntentsAsync(CancellationToken cancellationToken) => new([]);

    public ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken) =>
        new(new OutboxStatus(0, 0, 0, new Dictionary<string, long>()));

    public ValueTask<DateTimeOffset?> GetWaitingSinceAsync(string destination, DateTimeOffset now, CancellationToken cancellationToken) => default;

    public ValueTask<long> CountNewerAsync(string destination, CancellationToken cancellationToken) => default;

    public ValueTask<int> RestoreAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => new(0);

    public ValueTask<IReadOnlyList<OutboxRow>> ReadWaitingAsync(string? userId, long afterId, int maxCount, CancellationToken cancellationToken) => new([]);

    public ValueTask<IReadOnlyList<HeldUser>> ReadHeldAsync(int maxCount, CancellationToken cancellationToken) => new([]);

    public ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(long afterId, int maxCount, CancellationToken cancellationToken) => new([]);

    public ValueTask<int> PurgeAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => new(0);

    public ValueTask<int> PurgeAsync(DateTimeOffset rejectedBefore, CancellationToken cancellationToken) => new(0);

    public ValueTask<int> PurgeUserAsync(string userId, CancellationToken cancellationToken) => new(0);

    public ValueTask<UserContents> ReadUserAsync(string userId, CancellationToken cancellationToken) => new(UserContents.Empty);

    public ValueTask<StoredState?> ReadStateAsync(string name, CancellationToken cancellationToken) => new((StoredState?)null);

    public ValueTask<long> CountBackfillAsync(string destination, CancellationToken cancellationToken) => new(0);

    public void Dispose()
    {
    }
}
