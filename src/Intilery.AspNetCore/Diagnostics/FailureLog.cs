using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Diagnostics;

/// <summary>Rate-limits log lines of repeated failures: one per interval, with the number of lines that were omitted since.</summary>
internal sealed class FailureLog(TimeProvider time)
{
    private static readonly TimeSpan _interval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Entry> _entries = new();
    private readonly ConcurrentDictionary<string, bool> _said = new();

    /// <summary>Returns whether to log a failure at this place now, and how many were not logged before it.</summary>
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

    /// <summary>
    /// Returns whether a message that is logged once is logged for the first time. Keys must be few: endpoints, not requests.
    /// </summary>
    public bool IsFirst(string place) => _said.TryAdd(place, true);

    private sealed class Entry
    {
        public long? LoggedAt { get; set; }

        public int Unlogged { get; set; }
    }
}

/// <summary>The number of omitted log lines, formatted as the end of the next line of their kind; empty if there were none.</summary>
internal readonly record struct Unlogged(int Count)
{
    public override string ToString() => Count switch
    {
        0 => string.Empty,
        1 => " 1 earlier line like this one was left out.",
        _ => string.Create(CultureInfo.InvariantCulture, $" {Count} earlier lines like this one were left out."),
    };
}

/// <summary>Wraps the host's logger, which may throw: logging must not fail the host's request.</summary>
internal sealed class GuardedLogger(ILogger inner) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return inner.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            // There is nowhere left to report it.
            return false;
        }
    }

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            // There is nowhere left to report it.
        }
    }
}
