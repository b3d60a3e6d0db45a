using System.Collections.Concurrent;
using System.Globalization;

namespace Intilery.AspNetCore.Diagnostics;

/// <summary>Lets a repeated failure through once per interval, with the number of times it was held back since.</summary>
internal sealed class FailureLog(TimeProvider time)
{
    private static readonly TimeSpan _interval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Entry> _entries = new();
    private readonly ConcurrentDictionary<string, bool> _said = new();

    /// <summary>Whether a failure at this place is to be logged now, and how many went by unlogged before it.</summary>
    public bool ShouldLog(string place, out Unlogged unlogged)
    {
        var entry = _entries.GetOrAdd(place, static _ => new Entry());
        lock (entry)
        {
            if (entry.LoggedAt is { } at && time.GetElapsedTime(at) < _interval)
            {
                entry.Unlogged++;
                unlogged = default;
                return false;
            }

            unlogged = new Unlogged(entry.Unlogged);
            entry.Unlogged = 0;
            entry.LoggedAt = time.GetTimestamp();
            return true;
        }
    }

    /// <summary>Whether this is the first time that something is to be said, of what is said once. Its places are few: endpoints, not requests.</summary>
    public bool IsFirst(string place) => _said.TryAdd(place, true);

    private sealed class Entry
    {
        public long? LoggedAt { get; set; }

        public int Unlogged { get; set; }
    }
}

/// <summary>How many lines went unlogged before one of their kind: the end of that one, and nothing where there were none.</summary>
internal readonly record struct Unlogged(int Count)
{
    public override string ToString() => Count switch
    {
        0 => string.Empty,
        1 => " 1 earlier line like this one was left out.",
        _ => string.Create(CultureInfo.InvariantCulture, $" {Count} earlier lines like this one were left out."),
    };
}
