
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox;

/// <summary>
/// The one writer in front of a store: concurrent requests share a transaction, and what the store does not take waits here, in
/// bounded memory, until it does.
/// </summary>
internal sealed class OutboxWriter : IOutboxAppender, IDisposable
{
    private const int MaxWritesPerCommit = 512;

    // Far less than the smallest outbox: a commit fits once there is room again.
    private const int MaxBytesPerCommit = 1 << 20;

    // About three seconds: an error that nobody knows may pass, and its batch with it.
    private const int UnknownTries = 5;
    private const int NoFault = -1;
    private static readonly TimeSpan _firstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longestDelay = TimeSpan.FromSeconds(5);

    private readonly IOutboxStore _store;
    private readonly OutboxSignal _signal;
    private readonly OutboxWriterSettings _settings;
    private readonly LifecycleDiagnostics _diagnostics;
    private readonly TimeProvider _time;
    private readonly WriteQueue _queue;
    private readonly WriteIsolation _isolation;
    private readonly CancellationTokenSource _giveUp = new();
    private Task? _running;
    private volatile int _fault = NoFault;
    private volatile bool _isStopping;
    private int _queued;
    private int _unwritten;
    private bool _isLossCounted;

    public OutboxWriter(IOutboxStore store, OutboxSignal signal, OutboxWriterSettings settings, LifecycleDiagnostics diagnostics, TimeProvider time)
    {
        _store = store;
        _signal = signal;
        _settings = settings;
        _diagnostics = diagnostics;
        _time = time;
        _isolation = new WriteIsolation(store, time, diagnostics);
        _queue = new WriteQueue(settings.CommitTimeout, time, () => diagnostics.Log.OutboxStalled(settings.CommitTimeout));
    }

    /// <summary>Gets a value indicating whether requests no longer wait, because the store does not answer in time.</summary>
    public bool IsStalled => _queue.IsStalled;

    /// <summary>Gets why the store takes nothing, as far as is known; it is tried again until it does. <see langword="null"/> while it does.</summary>
    public StoreFault? Fault
    {
        get => _fault is var fault && fault == NoFault ? null : (StoreFault)fault;
        private set => _fault = value is { } fault ? (int)fault : NoFault;
    }

    /// <summary>Gets the timestamp of when the store last refused an event for good; <see langword="null"/> if it never did.</summary>
    public long? LastSetAside => _isolation.LastSetAside;

    /// <summary>Gets a value indicating whether nothing more is taken, because the host stops.</summary>
    public bool IsStopping => _isStopping;

    public bool Append(Intent intent) => TryQueue(new PendingWrite(new OutboxWrite(intent, null)), wait: false);

    public ValueTask<RecordOutcome> SettleAsync(OutboxCommit settlement, CancellationToken cancellationToken)
    {
        var pending = new PendingWrite(new OutboxWrite(null, settlement));
        if (!TryQueue(pending, wait: true))
        {
            return new(RecordOutcome.Dropped);
        }

        if (pending.WaitedForSince is null)
        {
            return new(RecordOutcome.Buffered);
        }

        return cancellationToken.CanBeCanceled ? new(pending.Outcome.AsTask().WaitAsync(cancellationToken)) : pending.Outcome;
    }

    public RecordOutcome Settle(OutboxCommit settlement) =>
        TryQueue(new PendingWrite(new OutboxWrite(null, settlement)), wait: false) ? RecordOutcome.Buffered : RecordOutcome.Dropped;

    /// <summary>Waits until everything that was handed over before is committed.</summary>
    /// <exception cref="OperationCanceledException">The host stops.</exception>
    public async Task WrittenAsync(CancellationToken cancellationToken)
    {
        var mark = new PendingWrite(new OutboxWrite(null, new OutboxCommit([], [])));
        Interlocked.Increment(ref _queued);
        if (!_queue.TryAdd(mark, wait: false))
        {
            throw new OperationCanceledException("The host stops, and the outbox takes nothing more.");
        }

        await mark.Outcome.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Start() => _running ??= Task.Run(RunAsync);

    /// <summary>Takes nothing more and writes what is left, until the token says that the time for it is over.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        _queue.Complete();
        if (_running is null)
        {
            return;
        }

        try
        {
            await _running.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await _giveUp.CancelAsync().ConfigureAwait(false);
            CountLost();
        }
    }

    public void Dispose()
    {
        // Cancelled, not disposed: a commit or a stop may be under way, and there is nothing to free.
        _isStopping = true;
        _giveUp.Cancel();
        _queue.Dispose();
        CountLost();
    }

    // Counted here and not where they wait: a store that hangs never gives its batch back.
    private void CountLost()
    {
        if (Interlocked.Exchange(ref _isLossCounted, true) || Volatile.Read(ref _unwritten) is not (> 0 and var lost))
        {
            return;
        }

        _diagnostics.Dropped(lost, Reasons.Stopped);
    }

    private bool TryQueue(PendingWrite pending, bool wait)
    {
        // What settles an intent is always taken, or that would hold its user back; of these there are no more than intents.
        var isOver = Interlocked.Increment(ref _queued) > _settings.Capacity && pending.Write.Commit is not { Intents.Count: > 0 };
        Interlocked.Add(ref _unwritten, pending.Rows);
        if (!isOver && _queue.TryAdd(pending, wait))
        {
            return true;
        }

        Interlocked.Decrement(ref _queued);
        Interlocked.Add(ref _unwritten, -pending.Rows);
        if (pending.Rows > 0)
        {
            _diagnostics.Dropped(pending.Rows, _isStopping ? Reasons.Stopped : Fault == StoreFault.Full ? Reasons.OutboxFull : Reasons.BufferFull);
        }

        pending.Write.Commit?.ReturnPayloads();
        return false;
    }

    private async Task RunAsync()
    {
        while (await TakeAsync().ConfigureAwait(false) is { Count: > 0 } batch)
        {
            if (!await CommitAsync(batch).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    private ValueTask<IReadOnlyList<PendingWrite>> TakeAsync() => _queue.TakeAsync(MaxWritesPerCommit, MaxBytesPerCommit, CancellationToken.None);

    // The same batch again until the store takes it: a repeated write changes nothing. False only when the host gives up.
    private async Task<bool> CommitAsync(IReadOnlyList<PendingWrite> batch)
    {
        Interlocked.Add(ref _queued, -batch.Count);
        var unknown = 0;
        var isIsolating = false;
        for (var delay = _firstDelay; ; delay = delay * 2 < _longestDelay ? delay * 2 : _longestDelay)
        {
            try
            {
                await WriteAsync(batch, isIsolating).ConfigureAwait(false);
                break;
            }
            catch (Exception exception) when (!isIsolating && StoreFaults.Of(exception) == StoreFault.Write)
            {
                // One of them is never going to be taken: which, shows at once.
                isIsolating = true;
                continue;
            }
            catch (Exception exception)
            {
                // Ours to heal, not the host's to see: the batch stays here.
                Fail(exception);
                isIsolating |= Fault == StoreFault.Unknown && ++unknown >= UnknownTries;
            }

            try
            {
                await Task.Delay(delay, _time, _giveUp.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return false;
            }

            if (isIsolating)
            {
                // Whether it is this one or all, the next ones show.
                var before = batch.Count(pending => !pending.IsDone);
                batch = await TakeAsync().ConfigureAwait(false);
                Interlocked.Add(ref _queued, before - batch.Count);
            }
        }

        Fault = null;
        if (_queue.Stored())
        {
            _diagnostics.Log.OutboxHealed();
        }

        _signal.Set();
        return true;
    }

    private async ValueTask WriteAsync(IReadOnlyList<PendingWrite> batch, bool isIsolating)
    {
        if (isIsolating)
        {
            await _isolation.WriteAsync([.. batch.Where(pending => !pending.IsDone)], pending => Done([pending]), _giveUp.Token).ConfigureAwait(false);
            return;
        }

        var writes = new OutboxWrite[batch.Count];
        for (var i = 0; i < writes.Length; i++)
        {
            writes[i] = _isolation.Released(batch[i].Write);
        }

        await _store.WriteAsync(writes, _giveUp.Token).ConfigureAwait(false);
        Done(batch);
    }

    private void Fail(Exception exception)
    {
        Fault = StoreFaults.Of(exception);
        if (_diagnostics.ShouldLog(nameof(OutboxWriter), out var unlogged))
        {
            _diagnostics.Log.OutboxWriteFailed(unlogged, exception);
        }
    }

    private void Done(IReadOnlyList<PendingWrite> written)
    {
        var (rows, recorded) = (0, 0);
        for (var i = 0; i < written.Count; i++)
        {
            rows += written[i].Rows;
            recorded += written[i].Rows - written[i].SetAsideCount;
            if (written[i].Write.Commit is { } settlement)
            {
                _isolation.Forget(settlement);
                recorded -= TrialReport.Write(settlement, _signal, _diagnostics);
            }
        }

        Interlocked.Add(ref _unwritten, -rows);
        _diagnostics.Metrics.Recorded(recorded);
        for (var i = 0; i < written.Count; i++)
        {
            written[i].Commit();
        }
    }
}
