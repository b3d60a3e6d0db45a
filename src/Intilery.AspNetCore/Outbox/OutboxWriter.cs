using System.Text.Json;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Trials;
using Microsoft.Extensions.Logging;

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

    // As many as the writes of a usual commit have together; a store holds its locks for no longer than that.
    private const int MaxRowsPerCommit = 4096;

    // About three seconds: an unknown error may pass.
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
    private readonly OutboxSpill? _spill;
    private readonly CancellationTokenSource _giveUp = new();
    private Task? _running;
    private volatile int _fault = NoFault;
    private volatile bool _isStopping;
    private int _queued;
    private bool _isLeft;

    /// <param name="store">Where it writes.</param>
    /// <param name="signal">Wakes delivery.</param>
    /// <param name="settings">The limits.</param>
    /// <param name="diagnostics">The log and the meters.</param>
    /// <param name="time">The clock.</param>
    /// <param name="spill">Where to save what is not written at the end; <see langword="null"/> where that is lost.</param>
    public OutboxWriter(
        IOutboxStore store,
        OutboxSignal signal,
        OutboxWriterSettings settings,
        LifecycleDiagnostics diagnostics,
        TimeProvider time,
        OutboxSpill? spill = null)
    {
        _spill = spill;
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

    /// <summary>
    /// Gets why the store takes nothing, as far as is known; it is tried again until it does. <see langword="null"/> while it does.
    /// </summary>
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

    public ValueTask<RecordOutcome> CommitAsync(OutboxCommit commit, CancellationToken cancellationToken)
    {
        var pending = new PendingWrite(new OutboxWrite(null, commit));
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

    public RecordOutcome Commit(OutboxCommit commit) =>
        TryQueue(new PendingWrite(new OutboxWrite(null, commit)), wait: false) ? RecordOutcome.Buffered : RecordOutcome.Dropped;

    /// <summary>Waits until everything that was handed over before is committed.</summary>
    /// <exception cref="OperationCanceledException">The host stops.</exception>
    public async Task WrittenAsync(CancellationToken cancellationToken)
    {
        var mark = new PendingWrite(new OutboxWrite(null, new OutboxCommit([], [])));
        Interlocked.Increment(ref _queued);
        if (!_queue.TryAdd(mark, wait: false))
        {
            throw new OperationCanceledException("The host stops, and the outbox accepts nothing more.");
        }

        await mark.Outcome.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes what a spill file has, which keeps it until then. Returns when it is committed.</summary>
    /// <exception cref="OperationCanceledException">The host stops.</exception>
    public async Task RestoreAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken)
    {
        PendingWrite[] all = [.. writes.Select(write => new PendingWrite(write) { IsInSpill = true })];
        foreach (var pending in all)
        {
            Interlocked.Increment(ref _queued);
            if (!_queue.TryAdd(pending, wait: false))
            {
                throw new OperationCanceledException("The host stops, and the outbox accepts nothing more.");
            }
        }

        foreach (var pending in all)
        {
            await pending.Outcome.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Has delivery look for rows that this process did not write.</summary>
    public void Wake() => _signal.Set();

    public void Start() => _running ??= Task.Run(RunAsync);

    /// <summary>Takes nothing more and writes what is left until the token is cancelled; then saves the rest in a spill file.</summary>
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
            Leave();
        }
    }

    public void Dispose()
    {
        // Cancelled, not disposed: a commit or a stop may be under way, and there is nothing to free.
        _isStopping = true;
        _giveUp.Cancel();
        Leave();
        _queue.Dispose();
    }

    // Of a batch that a hanging store holds, too: it may never give it back.
    private void Leave()
    {
        if (Interlocked.Exchange(ref _isLeft, true))
        {
            return;
        }

        _queue.Complete();
        OutboxWrite[] left = [.. _queue.Unwritten()
            .Where(pending => !pending.IsInSpill && pending.TryKeep())
            .SelectMany(pending => pending.Left())
            .Select(part => _isolation.Released(part.Write))];
        if ((_spill?.Save(left) ?? left.Sum(write => write.Commit?.Rows.Count ?? 0)) is > 0 and var lost)
        {
            _diagnostics.Dropped(lost, Reasons.Stopped);
        }
    }

    private bool TryQueue(PendingWrite pending, bool wait)
    {
        // What settles an intent is always taken, or that would hold its user back; of these there are no more than intents.
        var isOver = Interlocked.Increment(ref _queued) > _settings.Capacity && pending.Write.Commit is not { Intents.Count: > 0 };
        if (!isOver && _queue.TryAdd(pending, wait))
        {
            return true;
        }

        Interlocked.Decrement(ref _queued);
        if (pending.Rows > 0)
        {
            _diagnostics.Dropped(
                pending.Rows, _isStopping ? Reasons.Stopped : Fault == StoreFault.Full ? Reasons.OutboxFull : Reasons.BufferFull);
        }

        pending.Write.Commit?.ReturnPayloads();
        return false;
    }

    private async Task RunAsync()
    {
        while (await TakeAsync().ConfigureAwait(false) is { Count: > 0 } batch)
        {
            if (!await StoreBatchAsync(batch).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    private ValueTask<IReadOnlyList<PendingWrite>> TakeAsync() =>
        _queue.TakeAsync(MaxWritesPerCommit, MaxBytesPerCommit, CancellationToken.None);

    // The same batch again until the store takes it: a repeated write changes nothing. False only when the host gives up.
    private async Task<bool> StoreBatchAsync(IReadOnlyList<PendingWrite> batch)
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
            await _isolation.WriteAsync(
                [.. batch.Where(pending => !pending.IsDone)], pending => Done([pending]), _giveUp.Token).ConfigureAwait(false);
            return;
        }

        if (IsMoreThanACommit(batch))
        {
            await WriteInPartsAsync(batch).ConfigureAwait(false);
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

    private static bool IsMoreThanACommit(IReadOnlyList<PendingWrite> batch)
    {
        var (bytes, rows) = (0L, 0L);
        for (var i = 0; i < batch.Count; i++)
        {
            bytes += batch[i].Bytes;
            rows += batch[i].Rows;
        }

        // The last write of a batch may go over the limit; one of a usual size does no harm.
        return bytes > 2 * MaxBytesPerCommit || rows > MaxRowsPerCommit;
    }

    // What one request recorded may be more than a commit, or the whole outbox, has room for: delivery makes room between the parts.
    private async ValueTask WriteInPartsAsync(IReadOnlyList<PendingWrite> batch)
    {
        foreach (var pending in batch.Where(pending => IsMoreThanACommit([pending]) && !pending.IsSplit))
        {
            pending.Split([.. SplitWrite.Parts(_isolation.Released(pending.Write)).Select(part => new WritePart(pending, part))]);
        }

        foreach (var commit in Commits(batch.SelectMany(pending => pending.Left())))
        {
            await _store.WriteAsync([.. commit.Select(part => _isolation.Released(part.Write))], _giveUp.Token).ConfigureAwait(false);
            foreach (var part in commit)
            {
                if (part.Owner.Complete(part))
                {
                    Done([part.Owner]);
                }
            }

            _signal.Set();
        }
    }

    private static IEnumerable<List<WritePart>> Commits(IEnumerable<WritePart> parts)
    {
        var (commit, bytes) = (new List<WritePart>(), 0);
        foreach (var part in parts.ToList())
        {
            var size = PendingWrite.BytesOf(part.Write);
            if (commit.Count > 0 && (bytes + size > MaxBytesPerCommit || commit.Count == MaxRowsPerCommit))
            {
                yield return commit;
                (commit, bytes) = ([], 0);
            }

            commit.Add(part);
            bytes += size;
        }

        if (commit.Count > 0)
        {
            yield return commit;
        }
    }

    private void Fail(Exception exception)
    {
        Fault = StoreFaults.Of(exception);
        if (_diagnostics.ShouldLog("writing to the outbox", exception, out var unlogged))
        {
            _diagnostics.Log.OutboxWriteFailed(unlogged, exception);
        }
    }

    private void Done(IReadOnlyList<PendingWrite> written)
    {
        var recorded = 0;
        var isLogged = _diagnostics.Log.IsEnabled(LogLevel.Debug);
        for (var i = 0; i < written.Count; i++)
        {
            recorded += written[i].Rows - written[i].SetAsideCount;
            if (written[i].Write.Commit is { } commit)
            {
                _isolation.Forget(commit);
                recorded -= TrialReport.Write(commit, _signal, _diagnostics);
                if (isLogged)
                {
                    Log(written[i], commit);
                }
            }
        }

        _diagnostics.Metrics.Recorded(recorded);
        for (var i = 0; i < written.Count; i++)
        {
            written[i].Commit();
        }
    }

    private void Log(PendingWrite written, OutboxCommit commit)
    {
        foreach (var row in commit.Rows.Where(row => row.Trial?.Refusal is null && !written.IsSetAside(row.Id)))
        {
            var (groupId, messageId) = IdsOf(row.Trial?.Completed ?? row.Payload);
            _diagnostics.Log.EventRecorded(row.EventName, row.UserId, groupId ?? "none", messageId);
        }
    }

    private static (string? GroupId, string? MessageId) IdsOf(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var call = JsonDocument.Parse(payload);
            return (
                call.RootElement.TryGetProperty("context", out var context) && context.TryGetProperty("groupId", out var group)
                    ? group.GetString()
                    : null,
                call.RootElement.TryGetProperty("messageId", out var id) ? id.GetString() : null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // What is stored is whatever the composer wrote; a log line is no reason not to store it.
            return (null, null);
        }
    }
}

/// <summary>How long requests wait, and how many writes memory may hold.</summary>
internal sealed record OutboxWriterSettings(TimeSpan CommitTimeout, int Capacity);
