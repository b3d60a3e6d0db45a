using System.Threading.Channels;
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
    private readonly Channel<PendingWrite> _queue;
    private readonly CancellationTokenSource _giveUp = new();
    private Task? _running;
    private bool _isStalled;
    private volatile bool _isFull;
    private volatile bool _isFailing;
    private volatile bool _isStopping;
    private int _queued;
    private int _unwritten;

    public OutboxWriter(IOutboxStore store, OutboxSignal signal, OutboxWriterSettings settings, LifecycleDiagnostics diagnostics, TimeProvider time)
    {
        _store = store;
        _signal = signal;
        _settings = settings;
        _diagnostics = diagnostics;
        _time = time;
        _queue = Channel.CreateUnbounded<PendingWrite>(new UnboundedChannelOptions { SingleReader = true });
    }

    /// <summary>Gets a value indicating whether requests no longer wait, because the store does not answer in time.</summary>
    public bool IsStalled => Volatile.Read(ref _isStalled);

    /// <summary>Gets a value indicating whether the store refuses what it is given; it is tried again until it does not.</summary>
    public bool IsFailing => _isFailing;

    /// <summary>Gets a value indicating whether nothing more is taken, because the host stops.</summary>
    public bool IsStopping => _isStopping;

    public bool Append(Intent intent) => TryQueue(new PendingWrite(new OutboxWrite(intent, null)), 0);

    public async ValueTask<RecordOutcome> SettleAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        var pending = Pending(settlement);
        if (!TryQueue(pending, pending.Rows))
        {
            return RecordOutcome.Dropped;
        }

        if (IsStalled)
        {
            return RecordOutcome.Buffered;
        }

        try
        {
            await pending.Committed.WaitAsync(_settings.CommitTimeout, _time, cancellationToken).ConfigureAwait(false);
            return RecordOutcome.Recorded;
        }
        catch (TimeoutException)
        {
            // All that waited find out at once; one says so.
            if (!Interlocked.Exchange(ref _isStalled, true))
            {
                _diagnostics.Log.OutboxStalled(_settings.CommitTimeout);
            }

            return RecordOutcome.Buffered;
        }
    }

    public RecordOutcome Settle(Settlement settlement)
    {
        var pending = Pending(settlement);
        return TryQueue(pending, pending.Rows) ? RecordOutcome.Buffered : RecordOutcome.Dropped;
    }

    /// <summary>Waits until everything that was handed over before is committed.</summary>
    /// <exception cref="ChannelClosedException">The host stops.</exception>
    public async Task WrittenAsync(CancellationToken cancellationToken)
    {
        var mark = new PendingWrite(new OutboxWrite(null, new Settlement([], [])));
        Interlocked.Increment(ref _queued);
        await _queue.Writer.WriteAsync(mark, cancellationToken).ConfigureAwait(false);
        await mark.Committed.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Start() => _running ??= Task.Run(RunAsync);

    /// <summary>Takes nothing more and writes what is left, until the token says that the time for it is over.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        _queue.Writer.TryComplete();
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

            // Counted here and not where they wait: a store that hangs never gives its batch back.
            if (Volatile.Read(ref _unwritten) is > 0 and var lost)
            {
                _diagnostics.Dropped(lost, Reasons.Stopped);
            }
        }
    }

    public void Dispose() => _giveUp.Dispose();

    private PendingWrite Pending(Settlement settlement) => new(new OutboxWrite(null, settlement.To(_settings.Destination())));

    private bool TryQueue(PendingWrite pending, int rows)
    {
        // What settles an intent is always taken, or that would hold its user back; of these there are no more than intents.
        var isOver = Interlocked.Increment(ref _queued) > _settings.Capacity && pending.Write.Settlement is not { Intents.Count: > 0 };
        Interlocked.Add(ref _unwritten, rows);
        if (!isOver && _queue.Writer.TryWrite(pending))
        {
            return true;
        }

        Interlocked.Decrement(ref _queued);
        Interlocked.Add(ref _unwritten, -rows);
        if (rows > 0)
        {
            _diagnostics.Dropped(rows, _isStopping ? Reasons.Stopped : _isFull ? Reasons.OutboxFull : Reasons.BufferFull);
        }

        return false;
    }

    private async Task RunAsync()
    {
        var batch = new List<PendingWrite>();
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            for (var bytes = 0; batch.Count < MaxWritesPerCommit && bytes < MaxBytesPerCommit && _queue.Reader.TryRead(out var pending); bytes += pending.Bytes)
            {
                Interlocked.Decrement(ref _queued);
                batch.Add(pending);
            }

            if (!await CommitAsync(batch).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    // The same batch again until the store takes it: a repeated write changes nothing. False only when the host gives up.
    private async Task<bool> CommitAsync(List<PendingWrite> batch)
    {
        var writes = batch.ConvertAll(pending => pending.Write);
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
        if (Interlocked.Exchange(ref _isStalled, false))
        {
            _diagnostics.Log.OutboxHealed();
        }

        var rows = batch.Sum(pending => pending.Rows);
        Interlocked.Add(ref _unwritten, -rows);
        _diagnostics.Metrics.Recorded(rows - TrialReport.Write(writes.Select(write => write.Settlement), _signal, _diagnostics));
        batch.ForEach(pending => pending.Commit());
        _signal.Set();
        return true;
    }

    private sealed class PendingWrite(OutboxWrite write)
    {
        private readonly TaskCompletionSource? _committed =
            write.Settlement is null ? null : new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public OutboxWrite Write => write;

        public int Rows => write.Settlement?.Rows.Count ?? 0;

        public int Bytes => write.Intent?.Payload.Length ?? write.Settlement!.Rows.Sum(row => row.Payload.Length);

        public Task Committed => _committed!.Task;

        public void Commit()
        {
            write.Settlement?.Committed?.Invoke(write.Settlement);
            _committed?.TrySetResult();
        }
    }
}
