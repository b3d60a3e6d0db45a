using System.Collections.Concurrent;

namespace Intilery.AspNetCore.Diagnostics;

/// <summary>Sees each step of a fact on its way to Intilery: the live page. It must not throw, and must not take long.</summary>
internal interface IActivityWatcher
{
    /// <summary>Something happened that may become an event. Called again for the same fact, it changes nothing.</summary>
    void Captured(string scopeId, string name, string key, string userId, DateTimeOffset at, object fact);

    /// <summary>The facts of a scope became these messages; the other facts are part of them.</summary>
    void Composed(string scopeId, IReadOnlyList<ComposedActivity> messages);

    /// <summary>A message is in the outbox, or would be where nothing is kept.</summary>
    void Recorded(string json);

    /// <summary>A message was sent, as one of a batch, and this is the answer.</summary>
    void Answered(ReadOnlySpan<byte> payload, DateTimeOffset sentAt, DeliveryStep step, string outcome);

    /// <summary>A fact is no event.</summary>
    void Suppressed(string name, string reason);
}

/// <summary>A message that a scope's facts became.</summary>
internal readonly record struct ComposedActivity(string? MessageId, string Name, string? UserId, string? GroupId);

/// <summary>What an answer means for a message that was sent.</summary>
internal enum DeliveryStep
{
    /// <summary>Intilery has it.</summary>
    Delivered,

    /// <summary>It is sent again later.</summary>
    Retried,

    /// <summary>The batch was refused; its parts are sent on their own.</summary>
    Split,

    /// <summary>It is a dead letter.</summary>
    Dead,
}

/// <summary>
/// Counts what happens to facts and events, for the coverage report, and passes each step on to the live page while it watches. The counts take a
/// fixed amount of memory; while nobody watches, nothing else is made.
/// </summary>
internal sealed class LifecycleActivity(TimeProvider time)
{
    /// <summary>How many names are counted on their own: applications choose the names of their events and reasons.</summary>
    public const int MaxNames = 200;

    private readonly ConcurrentDictionary<string, EventCount> _events = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, EventCount> _reasons = new(StringComparer.Ordinal);
    private volatile IActivityWatcher? _watcher;

    /// <summary>Gets a value indicating whether somebody watches; while nobody does, nothing is to be made for them.</summary>
    public bool IsWatched => _watcher is not null;

    /// <summary>Gets when counting began.</summary>
    public DateTimeOffset Since { get; } = time.GetUtcNow();

    /// <summary>Gets what was composed, minute by minute, over the last hour.</summary>
    public MinuteCounts Captures { get; } = new(time);

    /// <summary>Gets what Intilery acknowledged, minute by minute, over the last hour.</summary>
    public MinuteCounts Deliveries { get; } = new(time);

    /// <summary>Gets how many waited in the outbox, minute by minute over the last hour, as far as somebody looked.</summary>
    public MinuteCounts Backlog { get; } = new(time);

    /// <summary>Gets how often each reason for which a fact is no event was given.</summary>
    public IEnumerable<KeyValuePair<string, EventCount>> Reasons => _reasons;

    /// <summary>Gets or sets what makes one person of a user whose sign-ups and sign-ins have different ids; <see langword="null"/> while nobody had.</summary>
    public string? CureOfDifferentIds { get; set; }

    /// <summary>Lets a watcher see what happens from here on, in the place of the one before; <see langword="null"/> is nobody.</summary>
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

    public void Recorded(string json) => _watcher?.Recorded(json);

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

/// <summary>How often something happened, and when last.</summary>
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

/// <summary>A number for each of the last sixty minutes.</summary>
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

    /// <summary>Sets the number of the minute that has not ended.</summary>
    public void Set(int count)
    {
        lock (_gate)
        {
            Advance();
            _counts[_minute % Minutes] = count;
        }
    }

    /// <summary>Returns the numbers, oldest first; the last is of the minute that has not ended.</summary>
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
            // A clock that was set back: what was counted stays in the minute that it was counted in.
            return;
        }

        for (var passed = Math.Max(_minute + 1, now - Minutes + 1); passed <= now; passed++)
        {
            _counts[passed % Minutes] = 0;
        }

        _minute = now;
    }
}
