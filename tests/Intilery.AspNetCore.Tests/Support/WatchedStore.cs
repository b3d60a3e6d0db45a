using System.Collections.Concurrent;
using System.Text;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>An outbox that keeps a copy of every byte written to it, intents included, whatever becomes of them.</summary>
internal sealed class WatchedStore() : WrappedStore(10_000)
{
    private readonly ConcurrentQueue<string> _written = new();

    public IReadOnlyList<string> Written => [.. _written];

    public override string Description => "watched memory";

    public override ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken)
    {
        foreach (var write in writes)
        {
            if (write.Intent is { } intent)
            {
                _written.Enqueue($"{intent.Scope} {intent.UserId} {Encoding.UTF8.GetString(intent.Payload.Span)}");
            }

            foreach (var row in write.Commit?.Rows ?? [])
            {
                _written.Enqueue($"{row.EventName} {row.UserId} {row.Destination} {Encoding.UTF8.GetString(row.Payload.Span)}");
            }
        }

        return base.WriteAsync(writes, cancellationToken);
    }
}
