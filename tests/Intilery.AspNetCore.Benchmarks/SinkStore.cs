using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>Takes everything and keeps nothing, so that what is in front of it can be measured.</summary>
internal sealed class SinkStore : IOutboxStore
{
    public string Description => "nowhere";

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

    public void Dispose()
    {
    }
}
