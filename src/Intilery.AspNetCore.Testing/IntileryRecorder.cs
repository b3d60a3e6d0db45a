namespace Intilery.AspNetCore.Testing;

/// <summary>
/// Remembers which events an application recorded, and which it suppressed. Nothing is sent. Safe to use from several threads.
/// </summary>
/// <remarks>
/// What a request has caused is here when its response is, but for what happens after the response has started (server-sent
/// events, an exception that escapes, background work), for suppressed facts of a request without events, and for the end of
/// a trial whose date has come by the application's <see cref="TimeProvider"/>: wait for those.
/// </remarks>
public sealed class IntileryRecorder : ILifecycleEventObserver
{
    private static readonly TimeSpan _defaultTimeout = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly List<RecordedEvent> _events = [];
    private readonly List<SuppressedEvent> _suppressed = [];
    private TaskCompletionSource _changed = NewSignal();

    private readonly IIntileryCoverage? _coverage;

    /// <summary>Initializes a new instance of the <see cref="IntileryRecorder"/> class that knows no application.</summary>
    public IntileryRecorder()
    {
    }

    /// <summary>Initializes a new instance of the <see cref="IntileryRecorder"/> class.</summary>
    /// <param name="coverage">The coverage report of the application whose events it records.</param>
    public IntileryRecorder(IIntileryCoverage coverage) => _coverage = coverage;

    /// <summary>Gets what was recorded so far, identify calls among it, in order.</summary>
    public IReadOnlyList<RecordedEvent> Events
    {
        get
        {
            lock (_gate)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>Gets what was suppressed so far, with its reason, in order.</summary>
    public IReadOnlyList<SuppressedEvent> Suppressed
    {
        get
        {
            lock (_gate)
            {
                return [.. _suppressed];
            }
        }
    }

    /// <summary>Forgets everything, so that a test can look at what comes next.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _events.Clear();
            _suppressed.Clear();
        }
    }

    /// <summary>Waits until so many calls are recorded, identify calls among them.</summary>
    /// <param name="count">How many; at least 1.</param>
    /// <param name="timeout">How long at most. Default: 10 seconds.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>All that is recorded by then.</returns>
    /// <exception cref="IntileryAssertionException">The time is over; the message lists what was seen.</exception>
    public Task<IReadOnlyList<RecordedEvent>> WaitForAsync(
        int count, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return WaitAsync(() => Events is var events && events.Count >= count ? events : null, $"{count} calls", timeout, cancellationToken);
    }

    /// <summary>Waits until an event of this name is recorded.</summary>
    /// <param name="name">The event's name, for example <c>Signed Up</c>, or <c>identify</c>.</param>
    /// <param name="timeout">How long at most. Default: 10 seconds.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The first such event.</returns>
    /// <exception cref="IntileryAssertionException">The time is over; the message lists what was seen.</exception>
    public Task<RecordedEvent> WaitForAsync(string name, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return WaitAsync(() => Events.FirstOrDefault(recorded => recorded.Name == name), $"'{name}'", timeout, cancellationToken);
    }

    /// <summary>Waits until an event is recorded that meets a condition.</summary>
    /// <param name="predicate">The condition.</param>
    /// <param name="timeout">How long at most. Default: 10 seconds.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The first such event.</returns>
    /// <exception cref="IntileryAssertionException">The time is over; the message lists what was seen.</exception>
    public Task<RecordedEvent> WaitForAsync(
        Func<RecordedEvent, bool> predicate, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return WaitAsync(() => Events.FirstOrDefault(predicate), "an event that meets the condition", timeout, cancellationToken);
    }

    /// <summary>Waits until something is suppressed for this reason.</summary>
    /// <param name="reason">One of the documented reasons, for example <c>refresh</c>.</param>
    /// <param name="timeout">How long at most. Default: 10 seconds.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The first such fact.</returns>
    /// <exception cref="IntileryAssertionException">The time is over; the message lists what was seen.</exception>
    public Task<SuppressedEvent> WaitForSuppressedAsync(
        string reason, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return WaitAsync(
            () => Suppressed.FirstOrDefault(suppressed => suppressed.Reason == reason),
            $"a fact suppressed as '{reason}'",
            timeout,
            cancellationToken);
    }

    void ILifecycleEventObserver.OnRecorded(RecordedEvent recorded) => Remember(_events, recorded);

    void ILifecycleEventObserver.OnSuppressed(SuppressedEvent suppressed) => Remember(_suppressed, suppressed);

    /// <summary>Returns the coverage report of the recorder's application.</summary>
    internal Task<CoverageReport> ReportAsync(CancellationToken cancellationToken) => _coverage?.GetReportAsync(cancellationToken)
        ?? throw new InvalidOperationException(
            "The recorder does not belong to an application: register it with 'services.AddIntileryRecorder()'.");

    /// <summary>Describes what was seen, for exceptions.</summary>
    internal string Describe() => Transcript.Of(Events, Suppressed);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Remember<T>(List<T> seen, T one)
    {
        lock (_gate)
        {
            seen.Add(one);
            _changed.SetResult();
            _changed = NewSignal();
        }
    }

    private async Task<T> WaitAsync<T>(Func<T?> find, string what, TimeSpan? timeout, CancellationToken cancellationToken)
        where T : class
    {
        var atMost = timeout ?? _defaultTimeout;
        using var deadline = new CancellationTokenSource(atMost);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        while (true)
        {
            // The signal first: what comes between looking and waiting is not missed.
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
            }

            if (find() is { } found)
            {
                return found;
            }

            try
            {
                await changed.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                throw new IntileryAssertionException($"Waited {atMost} for {what}. {Describe()}", exception);
            }
        }
    }
}
