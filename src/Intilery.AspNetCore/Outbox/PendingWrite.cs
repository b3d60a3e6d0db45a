using System.Threading.Tasks.Sources;

namespace Intilery.AspNetCore.Outbox;

/// <summary>
/// A write on its way to the store, and the one who waits for its commit. It is its own awaitable, so that a request pays for one
/// object and not for a task, a timer and a state machine.
/// </summary>
internal sealed class PendingWrite(OutboxWrite write) : IValueTaskSource<RecordOutcome>
{
    private ManualResetValueTaskSourceCore<RecordOutcome> _outcome = new() { RunContinuationsAsynchronously = true };
    private int _isDecided;
    private IReadOnlyList<WritePart>? _parts;
    private int _partsLeft;
    private HashSet<long>? _setAside;
    private int _isKept;

    public OutboxWrite Write => write;

    public int Rows { get; } = write.Commit?.Rows.Count ?? 0;

    public int Bytes { get; } = BytesOf(write);

    /// <summary>Gets a value indicating whether nothing of it is left to be stored.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Gets a value indicating whether it is stored part by part.</summary>
    public bool IsSplit => _parts is not null;

    /// <summary>Gets a value indicating whether a spill file has it until it is stored.</summary>
    public bool IsInSpill { get; init; }

    /// <summary>Gets how many of its rows the store did not take as such.</summary>
    public int SetAsideCount => _setAside?.Count ?? 0;

    /// <summary>Gets since when a request waits for it, as a timestamp; <see langword="null"/> if none does.</summary>
    public long? WaitedForSince { get; private set; }

    /// <summary>Gets a value indicating whether a request waits for it now.</summary>
    public bool IsWaitedFor => WaitedForSince is not null && Volatile.Read(ref _isDecided) == 0;

    /// <summary>Gets what becomes of it; to be awaited once.</summary>
    public ValueTask<RecordOutcome> Outcome => new(this, _outcome.Version);

    public void WaitFrom(long timestamp) => WaitedForSince = timestamp;

    /// <summary>Lets the request go on without the commit.</summary>
    public void GiveUp()
    {
        if (WaitedForSince is not null)
        {
            Decide(RecordOutcome.Buffered);
        }
    }

    /// <summary>
    /// Keeps its rows readable from here on, whatever the store does. Returns <see langword="false"/> if they are stored.
    /// </summary>
    public bool TryKeep()
    {
        // Before the look: a store that hung until now either is seen here, or sees this.
        Interlocked.Exchange(ref _isKept, 1);
        return !IsDone;
    }

    /// <summary>Returns what of it is not stored yet: all of it, or parts once it was split.</summary>
    public IEnumerable<WritePart> Left() => IsDone ? [] : _parts?.Where(part => !part.IsDone) ?? [new WritePart(this, write)];

    /// <summary>Puts parts in the place of the whole, to be stored one by one.</summary>
    public void Split(IReadOnlyList<WritePart> parts) => (_parts, _partsLeft) = (parts, parts.Count);

    /// <summary>A part is stored, or given up. Returns whether it was the last.</summary>
    public bool Complete(WritePart part)
    {
        part.IsDone = true;
        return IsDone = _parts is null || --_partsLeft == 0;
    }

    /// <summary>The store has not taken a row as such.</summary>
    public void SetAside(long row) => (_setAside ??= []).Add(row);

    public bool IsSetAside(long row) => _setAside?.Contains(row) == true;

    /// <summary>All of it is in the store that will ever be; its rows are no longer read here.</summary>
    public void Commit()
    {
        IsDone = true;
        Interlocked.MemoryBarrier();
        if (write.Commit is { } commit)
        {
            commit.Committed?.Invoke(
                SetAsideCount == 0 ? commit : commit with { Rows = [.. commit.Rows.Where(row => !IsSetAside(row.Id))] });
            if (Volatile.Read(ref _isKept) == 0)
            {
                commit.ReturnPayloads();
            }
        }

        Decide(Rows > 0 && SetAsideCount == Rows ? RecordOutcome.Dropped : RecordOutcome.Recorded);
    }

    public RecordOutcome GetResult(short token) => _outcome.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _outcome.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _outcome.OnCompleted(continuation, state, token, flags);

    /// <summary>Returns how many bytes the payloads of a write have.</summary>
    public static int BytesOf(OutboxWrite write)
    {
        var bytes = write.Intent?.Size ?? 0;
        if (write.Commit is { } commit)
        {
            for (var i = 0; i < commit.Rows.Count; i++)
            {
                bytes += commit.Rows[i].Payload.Length;
            }

            for (var i = 0; i < commit.DeadLetters.Count; i++)
            {
                bytes += commit.DeadLetters[i].Row.Payload.Length;
            }
        }

        return bytes;
    }

    private void Decide(RecordOutcome outcome)
    {
        if (Interlocked.Exchange(ref _isDecided, 1) == 0)
        {
            _outcome.SetResult(outcome);
        }
    }
}

/// <summary>A pending write, or a part of it that can be stored without the others.</summary>
internal sealed class WritePart(PendingWrite owner, OutboxWrite write)
{
    public PendingWrite Owner => owner;

    public OutboxWrite Write => write;

    /// <summary>Gets or sets a value indicating whether it is stored, or given up. Its owner's to set.</summary>
    public bool IsDone { get; set; }
}
