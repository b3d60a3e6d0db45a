using System.Collections.Concurrent;

namespace Intilery.AspNetCore.Diagnostics;

/// <summary>Watches each step of a fact on its way to Intilery, as the live page does. It must not throw or block.</summary>
internal interface IActivityWatcher
{
    /// <summary>A fact was captured, which may become an event. Repeated calls for the same fact have no effect.</summary>
    void Captured(string scopeId, string name, string key, string userId, DateTimeOffset at, object fact);

    /// <summary>The facts of a scope were composed to these messages; several facts may share one message.</summary>
    void Composed(string scopeId, IReadOnlyList<ComposedActivity> messages);

    /// <summary>A message is in the outbox, or was shown only. The payload is valid during the call only.</summary>
    void Recorded(ReadOnlySpan<byte> payload);

    /// <summary>A message was sent in a batch, and this is the answer. The payload is valid during the call only.</summary>
    void Answered(ReadOnlySpan<byte> payload, DateTimeOffset sentAt, DeliveryStep step, string outcome);

    /// <summary>A fact was not tracked.</summary>
    void Suppressed(string name, string reason);
}

/// <summary>A message that a scope's facts were composed to.</summary>
internal readonly record struct ComposedActivity(string? MessageId, string Name, string? UserId, string? GroupId);

/// <summary>The result of sending a message.</summary>
internal enum DeliveryStep
{
    /// <summary>Intilery acknowledged it.</summary>
    Delivered,

    /// <summary>It is sent again later.</summary>
    Retried,

    /// <summary>The batch was rejected; its parts are sent separately.</summary>
    Split,

    /// <summary>It is a dead letter.</summary>
    Dead,
}

/// <summary>
/// Counts facts and events for the coverage report, and forwards each step to the live page while it watches. The counts take a fixed
/// amount of memory; while no page watches, nothing else is allocated.
/// </summary>
internal sealed class LifecycleActivity(TimeProvider time)
{
    /// <summary>The number of names that are counted separately: applications choose the names of custom events and reasons.</summary>
    public const int MaxNames = 200;

    private readonly ConcurrentDictionary<string, EventCount> _events = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, EventCount> _reasons = new(StringComparer.Ordinal);
    private volatile IActivityWatcher? _watcher;

    /// <summary>Gets a value indicating whether a page watches; if not, callers skip the work for it.</summary>
    public bool IsWatched => _watcher is not null;

    /// <summary>Gets when counting began.</summary>
    public DateTimeOffset Since { get; } = time.GetUtcNow();

    /// <summary>Gets the number of composed events per minute, over the last hour.</summary>
    public MinuteCounts Captures { get; } = new(time);

    /// <summary>Gets the number of acknowledged events per minute, over the last hour.</summary>
    public MinuteCounts Deliveries { get; } = new(time);

    /// <summary>Gets the number of waiting events per minute, over the last hour, as far as it was read.</summary>
    public MinuteCounts Backlog { get; } = new(time);

    /// <summary>Gets the number of untracked facts by reason.</summary>
    public IEnumerable<KeyValuePair<string, EventCount>> Reasons => _reasons;

    /// <summary>
    /// Gets or sets the remedy for users whose sign-ups and sign-ins have different ids; <see langword="null"/> if none was seen.
    /// </summary>
    public string? CureOfDifferentIds { get; set; }

    /// <summary>
    /// Gets or sets the types of the claims of a principal that signed in without a tenant claim; <see langword="null"/> while none did.
    /// </summary>
    public IReadOnlyList<string>? ClaimTypesWithoutTenant { get; set; }

    /// <summary>Replaces the watcher; <see langword="null"/> removes it.</summary>
    public void Watch(IActivityWatcher? watcher) => _watcher = watcher;

    /// <summary>Returns how often an event was composed; <see langword="null"/> if it never was.</summary>
    public EventCount? CountOf(string name) => _events.GetValueOrDefault(name);

    public void Captured(string scopeId, string name, string key, string userId, DateTimeOffset at, object fact) =>
        _watcher?.Captured(scopeId, name, key, userId, at, fact);

    /// <summary>Counts a message that was composed.</summary>
    public void Counted(string name, bool hasAccount)
    {
        Count(_events, name, hasAccount);
        Captures.Add(1);
    }

    public void Composed(string scopeId, IReadOnlyList<ComposedActivity> messages) => _watcher?.Composed(scopeId, messages);

    public void Recorded(ReadOnlySpan<byte> payload) => _watcher?.Recorded(payload);

    public void Answered(ReadOnlySpan<byte> payload, DateTimeOffset sentAt, DeliveryStep step, string outcome) =>
        _watcher?.Answered(payload, sentAt, step, outcome);

    public void Suppressed(string name, string reason)
    {
        Count(_reasons, reason, hasAccount: false);
        _watcher?.Suppressed(name, reason);
    }

    private void Count(ConcurrentDictionary<string, EventCount> counts, string name, bool hasAccount)
    {
        if (!counts.TryGetValue(name, out var count))
        {
            if (counts.Count >= MaxNames)
            {
                return;
            }

            count = counts.GetOrAdd(name, static _ => new EventCount());
        }

        count.Add(time.GetUtcNow(), hasAccount);
    }
}

/// <summary>A count, and the time of the last increment.</summary>
internal sealed class EventCount
{
    private long _total;
    private long _withAccount;
    private long _lastTicks;

    public long Total => Volatile.Read(ref _total);

    public long WithAccount => Volatile.Read(ref _withAccount);

    public DateTimeOffset LastAt => new(Volatile.Read(ref _lastTicks), TimeSpan.Zero);

    public void Add(DateTimeOffset at, bool hasAccount)
    {
        Volatile.Write(ref _lastTicks, at.UtcTicks);
        Interlocked.Increment(ref _total);
        if (hasAccount)
        {
            Interlocked.Increment(ref _withAccount);
        }
    }
}

/// <summary>A ring of numbers for the last sixty minutes.</summary>
internal sealed class MinuteCounts(TimeProvider time)
{
    private const int Minutes = 60;

    private readonly Lock _gate = new();
    private readonly int[] _counts = new int[Minutes];
    private long _minute;

    public void Add(int count)
    {
        lock (_gate)
        {
            Advance();
            _counts[_minute % Minutes] += count;
        }
    }

    /// <summary>Sets the number of the current minute.</summary>
    public void Set(int count)
    {
        lock (_gate)
        {
            Advance();
            _counts[_minute % Minutes] = count;
        }
    }

    /// <summary>Returns the numbers, oldest first; the last is the current minute's.</summary>
    public int[] Read()
    {
        lock (_gate)
        {
            Advance();
            var read = new int[Minutes];
            for (var i = 0; i < Minutes; i++)
            {
                read[i] = _counts[(_minute + 1 + i) % Minutes];
            }

            return read;
        }
    }

    private void Advance()
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds() / 60;
        if (now < _minute)
        {
            // The clock was set back: counts stay in the minute in which they were made.
            return;
        }

        for (var passed = Math.Max(_minute + 1, now - Minutes + 1); passed <= now; passed++)
        {
            _counts[passed % Minutes] = 0;
        }

        _minute = now;
    }
}
