namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>How long a process that gives no sign of life counts as alive, and how often one gives it.</summary>
internal sealed class LeaseTime(Func<TimeSpan> requestTimeout)
{
    /// <summary>Gets the lease's time: more than two requests' time-outs, so that a request ends within it.</summary>
    public TimeSpan Lease => requestTimeout() * 3;

    /// <summary>Gets how often a living process shows that it is alive.</summary>
    public TimeSpan Beat => Lease / 6;
}
