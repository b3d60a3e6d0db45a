using System.Collections.Concurrent;

namespace Intilery.AspNetCore.Diagnostics;

/// <summary>Lets a repeated failure through once per interval, with the number of times it was held back since.</summary>
internal sealed class FailureLog(TimeProvider time)
{
    private static readonly TimeSpan _interval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Entry> _entries = new();

    /// <summary>Whether a failure at this place is to be logged now, and how many went by unlogged before it.</summary>
    public bool ShouldLog(string place, out int unlogged)
    {
        var entry = _entries.GetOrAdd(place, static _ => new Entry());
        lock (entry)
        {
            if (entry.LoggedAt is { } at && time.GetElapsedTime(at) < _interval)
            {
                entry.Unlogged++;
                unlogged = 0;
                return false;
            }

            unlogged = entry.Unlogged;
            entry.Unlogged = 0;
            entry.LoggedAt = time.GetTimestamp();
            return true;
        }
    }

    private sealed class Entry
    {
        public long? LoggedAt { get; set; }

        public int Unlogged { get; set; }
    }
}
