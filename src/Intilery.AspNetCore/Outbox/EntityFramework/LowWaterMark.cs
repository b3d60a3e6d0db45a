namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>
/// Where the look for rows begins, so that it does not read past everything that was delivered before: while a long transaction of the
/// application's is open, a database keeps deleted rows, and reads them. A row may commit behind the mark, because positions are given
/// before commits; so the mark follows at a distance, and every ten seconds a look begins at the beginning.
/// </summary>
internal sealed class LowWaterMark(TimeProvider time)
{
    /// <summary>How often a look begins at the beginning.</summary>
    public static readonly TimeSpan FullLookEvery = TimeSpan.FromSeconds(10);

    /// <summary>How long what was seen first must have been so before a look begins there: many times what a commit takes.</summary>
    public static readonly TimeSpan Distance = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private string? _destination;
    private long _mark;
    private long? _fullAt;
    private (long Position, long At)? _next;

    /// <summary>Returns the first position to look at.</summary>
    public long From(string destination)
    {
        lock (_gate)
        {
            if (_destination != destination)
            {
                (_destination, _mark, _fullAt, _next) = (destination, 0, null, null);
            }

            if (_fullAt is { } at && time.GetElapsedTime(at) < FullLookEvery)
            {
                return _mark;
            }

            _fullAt = time.GetTimestamp();
            return 0;
        }
    }

    /// <summary>Moves the mark.</summary>
    /// <param name="destination">The destination of the look.</param>
    /// <param name="first">The least position of the rows that it has found, and of those that are held back.</param>
    public void Seen(string destination, long first)
    {
        lock (_gate)
        {
            if (_destination != destination)
            {
                return;
            }

            if (first < _mark)
            {
                (_mark, _next) = (first, null);
            }
            else if (_next is not { } next)
            {
                _next = (first, time.GetTimestamp());
            }
            else if (time.GetElapsedTime(next.At) >= Distance)
            {
                (_mark, _next) = (Math.Min(next.Position, first), (first, time.GetTimestamp()));
            }
        }
    }
}
