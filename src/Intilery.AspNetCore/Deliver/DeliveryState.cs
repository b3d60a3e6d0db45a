namespace Intilery.AspNetCore.Deliver;

/// <summary>How delivery fares, for those who wait for it or report on it.</summary>
internal sealed class DeliveryState
{
    private volatile DeliveryPause? _pause;
    private long _rejected;
    private long _lastRejection;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets why delivery is paused; <see langword="null"/> while it is not.</summary>
    public DeliveryPause? Pause => _pause;

    /// <summary>Gets how many events of this process became dead letters.</summary>
    public long Rejected => Volatile.Read(ref _rejected);

    /// <summary>Gets the timestamp of the last rejection; meaningless while there is none.</summary>
    public long LastRejection => Volatile.Read(ref _lastRejection);

    /// <summary>Gets a task that completes at the next change. Take it before looking at anything else.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    public void PauseFor(DeliveryPause pause)
    {
        _pause = pause;
        Change();
    }

    public void Resume() => _pause = null;

    public void Reject(int events, long timestamp)
    {
        Volatile.Write(ref _lastRejection, timestamp);
        Interlocked.Add(ref _rejected, events);
        Change();
    }

    /// <summary>Rows have left the outbox.</summary>
    public void Change() =>
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
