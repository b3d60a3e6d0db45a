using System.Security.Cryptography;

namespace Intilery.AspNetCore.Outbox;

/// <summary>
/// Makes the ids of rows and intents: 41 bits of milliseconds since 2025, 10 of node, 12 of counter. They ascend within a process
/// even while the wall clock steps back, and sort by time across processes. Node and the counter's start in each millisecond are
/// random, so that processes without contact hardly ever create the same id. Processes that share a database take its clock,
/// so that their ids sort by the order of events, however wrong their own clocks are.
/// </summary>
internal sealed class RowIdSequence(TimeProvider time)
{
    private const int NodeBits = 10;
    private const int CounterBits = 12;
    private static readonly long _epoch = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private readonly long _node = (long)RandomNumberGenerator.GetInt32(1 << NodeBits) << CounterBits;

    private volatile SharedClock? _shared;

    // Milliseconds and counter in one number: when the counter runs over, the id borrows from the next millisecond.
    private long _last;

    public long Next()
    {
        var now = ((GetUtcNow().ToUnixTimeMilliseconds() - _epoch) << CounterBits) | (long)Random.Shared.Next(1 << (CounterBits - 1));
        long seen;
        long next;
        do
        {
            seen = Volatile.Read(ref _last);
            next = Math.Max(now, seen + 1);
        }
        while (Interlocked.CompareExchange(ref _last, next, seen) != seen);

        return ((next >> CounterBits) << (NodeBits + CounterBits)) | _node | (next & ((1 << CounterBits) - 1));
    }

    /// <summary>
    /// Makes later ids by a clock that others go by too, from this moment on. Ids that were made by a clock ahead of it are still exceeded.
    /// </summary>
    /// <param name="now">What that clock shows.</param>
    /// <param name="timestamp">When it was read, as a timestamp of this process's own clock.</param>
    public void Follow(DateTimeOffset now, long timestamp) => _shared = new SharedClock(now, timestamp);

    /// <summary>
    /// Makes all later ids greater than this one. What waits since before the clock was set back, or was made by a clock that was
    /// ahead, is delivered first.
    /// </summary>
    public void StartAfter(long id)
    {
        var after = ((id >> (NodeBits + CounterBits)) + 1) << CounterBits;
        for (var seen = Volatile.Read(ref _last); seen < after; seen = Volatile.Read(ref _last))
        {
            Interlocked.CompareExchange(ref _last, after, seen);
        }
    }

    /// <summary>Returns when an id was made, by the clock of the process that made it, or that it shares.</summary>
    public static DateTimeOffset TimeOf(long id) => DateTimeOffset.FromUnixTimeMilliseconds((id >> (NodeBits + CounterBits)) + _epoch);

    // By the monotonic clock since then: a wall clock that is corrected meanwhile changes nothing.
    private DateTimeOffset GetUtcNow() => _shared is { } shared ? shared.Now + time.GetElapsedTime(shared.Timestamp) : time.GetUtcNow();

    private sealed record SharedClock(DateTimeOffset Now, long Timestamp);
}
