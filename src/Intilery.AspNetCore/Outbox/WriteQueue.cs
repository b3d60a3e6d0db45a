namespace Intilery.AspNetCore.Outbox;

/// <summary>
/// What waits for the store, in order, and the one clock of all the requests that wait for their commits: when the first of them
/// has waited for so long, all go on, and no other waits until the store answers.
/// </summary>
internal sealed class WriteQueue : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _added = new(0);
    private readonly Queue<PendingWrite> _waiting = [];
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly Action _stalled;
    private readonly ITimer _timer;
    private List<PendingWrite> _batch = [];
    private List<PendingWrite> _stored = [];
    private bool _isReaderIdle;
    private bool _isTimed;
    private bool _isStalled;
    private bool _isComplete;

    /// <param name="patience">How long a request waits at most.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stalled">What is called when a request has waited for so long.</param>
    public WriteQueue(TimeSpan patience, TimeProvider time, Action stalled)
    {
        (_patience, _time, _stalled) = (patience, time, stalled);
        _timer = time.CreateTimer(static queue => ((WriteQueue)queue!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Gets a value indicating whether requests do not wait, because the store does not answer in time.</summary>
    public bool IsStalled => Volatile.Read(ref _isStalled);

    /// <summary>Adds a write; returns <see langword="false"/> once nothing more is taken.</summary>
    /// <param name="pending">The write.</param>
    /// <param name="wait">Whether a request is to wait for it, unless the store is stalled.</param>
    public bool TryAdd(PendingWrite pending, bool wait)
    {
        var now = wait ? _time.GetTimestamp() : 0;
        bool wake;
        lock (_gate)
        {
            if (_isComplete)
            {
                return false;
            }

            if (wait && !_isStalled)
            {
                pending.WaitFrom(now);
                if (!_isTimed)
                {
                    _isTimed = _timer.Change(_patience, Timeout.InfiniteTimeSpan);
                }
            }

            _waiting.Enqueue(pending);
            (wake, _isReaderIdle) = (_isReaderIdle, false);
        }

        if (wake)
        {
            _added.Release();
        }

        return true;
    }

    /// <summary>
    /// Takes what waits, as much as one commit is to hold, beside what was taken and is not done; it is the caller's until the next call.
    /// Returns nothing when nothing comes any more.
    /// </summary>
    public async ValueTask<IReadOnlyList<PendingWrite>> TakeAsync(int maxWrites, int maxBytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_gate)
            {
                _batch.RemoveAll(pending => pending.IsDone);
                for (var bytes = 0; _batch.Count < maxWrites && bytes < maxBytes && _waiting.TryDequeue(out var pending); bytes += pending.Bytes)
                {
                    _batch.Add(pending);
                }

                if (_batch.Count > 0 || _isComplete)
                {
                    return _batch;
                }

                _isReaderIdle = true;
            }

            await _added.WaitAsync(cancellationToken).ConfigureAwait(false);

            // Behind those whom the last commit let go on: what they add now shares the next one.
            await Task.Yield();
        }
    }

    /// <summary>
    /// The store has taken what was taken from here: its callers no longer time out. Returns whether the store was stalled.
    /// </summary>
    public bool Stored()
    {
        lock (_gate)
        {
            (_batch, _stored) = (_stored, _batch);
            _batch.Clear();
            if (_isTimed && _waiting.Count == 0)
            {
                _isTimed = !_timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            var wasStalled = _isStalled;
            _isStalled = false;
            return wasStalled;
        }
    }

    /// <summary>Returns what the store has not taken, in order.</summary>
    public IReadOnlyList<PendingWrite> Unwritten()
    {
        lock (_gate)
        {
            return [.. _batch.Where(pending => !pending.IsDone), .. _waiting];
        }
    }

    /// <summary>Takes nothing more.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            if (!_isReaderIdle)
            {
                return;
            }

            _isReaderIdle = false;
        }

        _added.Release();
    }

    public void Dispose()
    {
        // Readers see that the queue is completed; a semaphore without a wait handle has nothing to release.
        Complete();
        lock (_gate)
        {
            GiveUp();
        }

        _timer.Dispose();
    }

    private void Look()
    {
        lock (_gate)
        {
            _isTimed = false;
            if (FirstSince() is not { } since)
            {
                return;
            }

            if (_patience - _time.GetElapsedTime(since) is { Ticks: > 0 } left)
            {
                _isTimed = _timer.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }

            _isStalled = true;
            GiveUp();
        }

        _stalled();
    }

    private void GiveUp()
    {
        foreach (var pending in _batch)
        {
            pending.GiveUp();
        }

        foreach (var pending in _waiting)
        {
            pending.GiveUp();
        }
    }

    private long? FirstSince()
    {
        foreach (var pending in _batch)
        {
            if (pending.IsWaitedFor)
            {
                return pending.WaitedForSince;
            }
        }

        foreach (var pending in _waiting)
        {
            if (pending.IsWaitedFor)
            {
                return pending.WaitedForSince;
            }
        }

        return null;
    }
}
