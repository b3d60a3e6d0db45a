using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Diagnostics;

/// <summary>
/// Notifies observers of recorded events and untracked facts, in order, on a thread of its own: an observer is the
/// application's code, and may throw or block.
/// </summary>
internal sealed class LifecycleFeed(FailureLog failures, ILoggerFactory loggers, TimeProvider time, LifecycleActivity? activity = null)
{
    private const int Capacity = 10_000;

    private readonly GuardedLogger _log = new(loggers.CreateLogger(IntileryDefaults.MeterName));
    private Channel<FeedNotice>? _notices;
    private IReadOnlyList<ILifecycleEventObserver> _observers = [];
    private bool _isStalled;

    /// <summary>Gets a value indicating whether there are observers; if not, callers skip the work for them.</summary>
    public bool IsObserved => _notices is not null || activity?.IsWatched == true;

    /// <summary>Starts notifying observers.</summary>
    public void Open(IReadOnlyList<ILifecycleEventObserver> observers)
    {
        if (observers.Count > 0)
        {
            _observers = observers;
            var notices = Channel.CreateBounded<FeedNotice>(new BoundedChannelOptions(Capacity) { SingleReader = true });
            _notices = notices;

            // It ends with the process: the notices are for observers only, and the events are stored elsewhere.
            _ = Task.Run(() => RunAsync(notices.Reader, CancellationToken.None));
        }
    }

    public void Suppressed(string fact, string reason)
    {
        if (_notices is not null)
        {
            TryPost(new FeedNotice(observer => observer.OnSuppressed(new SuppressedEvent(fact, reason)), null));
        }
    }

    /// <summary>Notifies of a recorded call. The payload is valid during the call only.</summary>
    public void Recorded(ReadOnlySpan<byte> payload)
    {
        activity?.Recorded(payload);
        if (_notices is not null)
        {
            var json = Encoding.UTF8.GetString(payload);
            TryPost(new FeedNotice(observer => observer.OnRecorded(new RecordedEvent(json)), null));
        }
    }

    /// <summary>
    /// Waits until observers have seen all earlier notices, for the given time at most; does not wait while they are behind.
    /// </summary>
    public async Task SeenAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_notices is null || Volatile.Read(ref _isStalled) || !TryPost(new FeedNotice(null, seen)))
        {
            return;
        }

        try
        {
            await seen.Task.WaitAsync(atMost, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // All waiting requests time out together; one of them logs it.
            if (!Interlocked.Exchange(ref _isStalled, true))
            {
                _log.ObserverStalled(atMost);
            }
        }
    }

    private bool TryPost(FeedNotice notice)
    {
        if (_notices!.Writer.TryWrite(notice))
        {
            return true;
        }

        if (failures.ShouldLog(nameof(LifecycleFeed), out var unlogged))
        {
            _log.NoticesLeftOut(unlogged);
        }

        return false;
    }

    private async Task RunAsync(ChannelReader<FeedNotice> notices, CancellationToken cancellationToken)
    {
        await foreach (var notice in notices.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            notice.Seen?.SetResult();
            if (notice.Notify is { } notify)
            {
                foreach (var observer in _observers)
                {
                    Notify(observer, notify);
                }
            }

            Volatile.Write(ref _isStalled, false);
        }
    }

    private void Notify(ILifecycleEventObserver observer, Action<ILifecycleEventObserver> notify)
    {
        try
        {
            notify(observer);
        }
        catch (Exception exception)
        {
            // The application's own code; the other observers are notified nevertheless.
            if (failures.ShouldLog(observer.GetType().FullName!, out var unlogged))
            {
                _log.StageFailed($"notifying {observer.GetType().Name}", unlogged, exception);
            }
        }
    }
}

/// <summary>A notification of observers, or a task to complete when they have seen all earlier notices.</summary>
internal readonly record struct FeedNotice(Action<ILifecycleEventObserver>? Notify, TaskCompletionSource? Seen);
