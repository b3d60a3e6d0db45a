using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox.Trials;

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
    private static readonly TimeSpan _firstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longestDelay = TimeSpan.FromSeconds(5);

    private readonly IOutboxStore _store;
    private readonly OutboxSignal _signal;
    private readonly OutboxWriterSettings _settings;
    private readonly LifecycleDiagnostics _diagnostics;
    private readonly TimeProvider _time;
    private readonly WriteQueue _queue;
    private readonly CancellationTokenSource _giveUp = new();
    private Task? _running;
    private volatile bool _isFull;
    private volatile bool _isFailing;
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
        _queue = new WriteQueue(settings.CommitTimeout, time, () => diagnostics.Log.OutboxStalled(settings.CommitTimeout));
    }

    /// <summary>Gets a value indicating whether requests no longer wait, because the store does not answer in time.</summary>
    public bool IsStalled => _queue.IsStalled;

    /// <summary>Gets a value indicating whether the store refuses what it is given; it is tried again until it does not.</summary>
    public bool IsFailing => _isFailing;

    /// <summary>Gets a value indicating whether nothing more is taken, because the host stops.</summary>
    public bool IsStopping => _isStopping;

    public bool Append(Intent intent) => TryQueue(new PendingWrite(new OutboxWrite(intent, null)), wait: false);

    public ValueTask<RecordOutcome> SettleAsync(Settlement settlement, CancellationToken cancellationToken)
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

    public RecordOutcome Settle(Settlement settlement) =>
        TryQueue(new PendingWrite(new OutboxWrite(null, settlement)), wait: false) ? RecordOutcome.Buffered : RecordOutcome.Dropped;

    /// <summary>Waits until everything that was handed over before is committed.</summary>
    /// <exception cref="OperationCanceledException">The host stops.</exception>
    public async Task WrittenAsync(CancellationToken cancellationToken)
    {
        var mark = new PendingWrite(new OutboxWrite(null, new Settlement([], [])));
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
        var isOver = Interlocked.Increment(ref _queued) > _settings.Capacity && pending.Write.Settlement is not { Intents.Count: > 0 };
        Interlocked.Add(ref _unwritten, pending.Rows);
        if (!isOver && _queue.TryAdd(pending, wait))
        {
            return true;
        }

        Interlocked.Decrement(ref _queued);
        Interlocked.Add(ref _unwritten, -pending.Rows);
        if (pending.Rows > 0)
        {
            _diagnostics.Dropped(pending.Rows, _isStopping ? Reasons.Stopped : _isFull ? Reasons.OutboxFull : Reasons.BufferFull);
        }

        pending.Write.Settlement?.ReturnPayloads();
        return false;
    }

    private async Task RunAsync()
    {
        while (await _queue.TakeAsync(MaxWritesPerCommit, MaxBytesPerCommit, CancellationToken.None).ConfigureAwait(false) is { Count: > 0 } batch)
        {
            Interlocked.Add(ref _queued, -batch.Count);
            if (!await CommitAsync(batch).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    // The same batch again until the store takes it: a repeated write changes nothing. False only when the host gives up.
    private async Task<bool> CommitAsync(IReadOnlyList<PendingWrite> batch)
    {
        var writes = new OutboxWrite[batch.Count];
        var rows = 0;
        for (var i = 0; i < writes.Length; i++)
        {
            writes[i] = batch[i].Write;
            rows += batch[i].Rows;
        }

        for (var delay = _firstDelay; ; delay = delay * 2 < _longestDelay ? delay * 2 : _longestDelay)
        {
            try
            {
                await _store.WriteAsync(writes, _giveUp.Token).ConfigureAwait(false);
                break;
            }
            catch (Exception exception)
            {
                // Ours to heal, not the host's to see: the batch stays here.
                _isFull = exception is OutboxFullException;
                _isFailing = true;
                if (_diagnostics.ShouldLog(nameof(OutboxWriter), out var unlogged))
                {
                    _diagnostics.Log.OutboxWriteFailed(unlogged, exception);
                }
            }

            try
            {
                await Task.Delay(delay, _time, _giveUp.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        _isFull = false;
        _isFailing = false;
        if (_queue.Stored())
        {
            _diagnostics.Log.OutboxHealed();
        }

        Interlocked.Add(ref _unwritten, -rows);
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch[i].Write.Settlement is { } settlement)
            {
                rows -= TrialReport.Write(settlement, _signal, _diagnostics);
            }
        }

        _diagnostics.Metrics.Recorded(rows);
        for (var i = 0; i < batch.Count; i++)
        {
            batch[i].Commit();
        }

        _signal.Set();
        return true;
    }
}
