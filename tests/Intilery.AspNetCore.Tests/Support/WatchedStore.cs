using System.Collections.Concurrent;
using System.Text;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Trials;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>An outbox that keeps a copy of every byte written to it, intents included, whatever becomes of them.</summary>
internal sealed class WatchedStore : IOutboxStore
{
    private readonly MemoryOutboxStore _inner = new(10_000);
    private readonly ConcurrentQueue<string> _written = new();

    public IReadOnlyList<string> Written => [.. _written];

    public string Description => "watched memory";

    public ITrialSchedule Trials => _inner.Trials;

    public IOutboxDestinations Destinations => _inner.Destinations;

    public void Open() => _inner.Open();

    public ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken)
    {
        foreach (var write in writes)
        {
            if (write.Intent is { } intent)
            {
                _written.Enqueue($"{intent.Scope} {intent.UserId} {Encoding.UTF8.GetString(intent.Payload.Span)}");
            }

            foreach (var row in write.Settlement?.Rows ?? [])
            {
                _written.Enqueue($"{row.EventName} {row.UserId} {row.Destination} {Encoding.UTF8.GetString(row.Payload.Span)}");
            }
        }

        return _inner.WriteAsync(writes, cancellationToken);
    }

    public ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(string destination, DateTimeOffset now, int maxRows, CancellationToken cancellationToken) =>
        _inner.ReadAsync(destination, now, maxRows, cancellationToken);

    public ValueTask CompleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => _inner.CompleteAsync(ids, cancellationToken);

    public ValueTask RejectAsync(DeadLetter deadLetter, CancellationToken cancellationToken) => _inner.RejectAsync(deadLetter, cancellationToken);

    public ValueTask<IReadOnlyList<Intent>> ReadOrphanedIntentsAsync(CancellationToken cancellationToken) =>
        _inner.ReadOrphanedIntentsAsync(cancellationToken);

    public ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken) => _inner.GetStatusAsync(cancellationToken);

    public ValueTask<int> RestoreAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => _inner.RestoreAsync(ids, cancellationToken);

    public ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(long afterId, int maxCount, CancellationToken cancellationToken) =>
        _inner.ReadDeadLettersAsync(afterId, maxCount, cancellationToken);

    public ValueTask<int> PurgeAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => _inner.PurgeAsync(ids, cancellationToken);

    public ValueTask<int> PurgeAsync(DateTimeOffset rejectedBefore, CancellationToken cancellationToken) =>
        _inner.PurgeAsync(rejectedBefore, cancellationToken);

    public ValueTask<int> PurgeUserAsync(string userId, CancellationToken cancellationToken) => _inner.PurgeUserAsync(userId, cancellationToken);

    public void Dispose() => _inner.Dispose();
}
