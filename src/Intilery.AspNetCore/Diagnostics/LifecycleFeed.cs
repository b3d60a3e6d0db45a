using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Diagnostics;

/// <summary>
/// Tells observers what was recorded and what is no event, in order, off the host's threads: an observer is the application's code,
/// and may throw or take its time.
/// </summary>
internal sealed class LifecycleFeed(FailureLog failures, ILoggerFactory loggers, TimeProvider time, LifecycleActivity? activity = null)
{
    private const int Capacity = 10_000;

    private readonly GuardedLogger _log = new(loggers.CreateLogger(IntileryDefaults.MeterName));
    private Channel<FeedNotice>? _notices;
    private IReadOnlyList<ILifecycleEventObserver> _observers = [];
    private bool _isStalled;

    /// <summary>Gets a value indicating whether anybody observes; where nobody does, nothing is to be made for them.</summary>
    public bool IsObserved => _notices is not null || activity?.IsWatched == true;

    /// <summary>Lets them see what happens from here on.</summary>
    public void Open(IReadOnlyList<ILifecycleEventObserver> observers)
    {
        if (observers.Count > 0)
        {
            _observers = observers;
            var notices = Channel.CreateBounded<FeedNotice>(new BoundedChannelOptions(Capacity) { SingleReader = true });
            _notices = notices;

            // It ends with the process: what waits here is for observers alone, and is kept elsewhere.
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

    /// <summary>Tells of a call that was recorded.</summary>
    public void Recorded(string json)
    {
        activity?.Recorded(json);
        if (_notices is not null)
        {
            TryPost(new FeedNotice(observer => observer.OnRecorded(new RecordedEvent(json)), null));
        }
    }

    /// <summary>Waits, for so long, until observers have seen what was said before; not at all while they are behind.</summary>
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
            // All that waited find out at once; one says so.
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
            if (notice.Tell is { } tell)
            {
                foreach (var observer in _observers)
                {
                    Tell(observer, tell);
                }
            }

            Volatile.Write(ref _isStalled, false);
        }
    }

    private void Tell(ILifecycleEventObserver observer, Action<ILifecycleEventObserver> tell)
    {
        try
        {
            tell(observer);
        }
        catch (Exception exception)
        {
            // The application's own code; the others are told all the same.
            if (failures.ShouldLog(observer.GetType().FullName!, out var unlogged))
            {
                _log.StageFailed($"notifying {observer.GetType().Name}", unlogged, exception);
            }
        }
    }
}

/// <summary>What observers are to be told, or somebody who wants to know that they have heard what came before.</summary>
internal readonly record struct FeedNotice(Action<ILifecycleEventObserver>? Tell, TaskCompletionSource? Seen);
