namespace Intilery.AspNetCore.Delivery;

/// <summary>How long to wait before the next attempt.</summary>
internal sealed class Backoff(Func<double> random)
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>The longest that a server may ask for: a wrong header must not stop delivery for a day.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(15);

    private int _failures;

    public void Reset() => _failures = 0;

    /// <summary>
    /// Returns the next delay: what the server asked for, clamped; else twice the last, less up to half of it by chance. A server
    /// that asks for no delay, or for a time that is over by our clock, gets ours: it would be asked again without a pause.
    /// </summary>
    public TimeSpan Next(TimeSpan? retryAfter)
    {
        var exponential = First * Math.Pow(2, Math.Min(_failures++, 20));
        if (retryAfter is { } asked && asked > TimeSpan.Zero)
        {
            return asked > LongestRetryAfter ? LongestRetryAfter : asked;
        }

        var capped = exponential < Longest ? exponential : Longest;
        return capped * (1 - (random() / 2));
    }
}
