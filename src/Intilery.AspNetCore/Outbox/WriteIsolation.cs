using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox;

/// <summary>
/// Stores a batch that a store refuses, but for the one write in it that is refused: the batch is split until that is alone. Its events
/// become dead letters; where the store refuses those too they are counted, logged and dropped.
/// </summary>
internal sealed class WriteIsolation(ITrialStore store, TimeProvider time, LifecycleDiagnostics diagnostics)
{
    // Less than the column of dead letters' messages holds.
    private const int MaxReasonLength = 1000;

    // Not in the store, so that what settles them is not to wait for their being there.
    // Read by who saves what is left, too, while a store may hang.
    private readonly ConcurrentDictionary<long, bool> _refusedIntents = new();

    private long _lastSetAside;

    /// <summary>Gets the timestamp of when the store last refused an event for good; <see langword="null"/> if it never did.</summary>
    public long? LastSetAside => Volatile.Read(ref _lastSetAside) is > 0 and var timestamp ? timestamp : null;

    /// <summary>Returns the write without its dependence on intents that the store has refused.</summary>
    public OutboxWrite Released(OutboxWrite write) =>
        !_refusedIntents.IsEmpty && write.Commit is { } commit && commit.Intents.Any(_refusedIntents.ContainsKey)
            ? write with { Commit = Released(commit) }
            : write;

    /// <summary>Forgets the intents of a commit that is done.</summary>
    public void Forget(OutboxCommit commit)
    {
        if (!_refusedIntents.IsEmpty)
        {
            foreach (var intent in commit.Intents)
            {
                _refusedIntents.TryRemove(intent, out _);
            }
        }
    }

    /// <summary>
    /// Stores what the store takes, and sets the rest aside. What is stored stays so when this throws; the next call goes on with the rest.
    /// </summary>
    /// <param name="batch">What is to be stored, in its order.</param>
    /// <param name="done">Called once for each that is done.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Exception">The store's own, where it is the store that fails and not a write.</exception>
    public async ValueTask WriteAsync(IReadOnlyList<PendingWrite> batch, Action<PendingWrite> done, CancellationToken cancellationToken)
    {
        var attempt = new Attempt(done);
        await WriteAsync([.. batch.SelectMany(pending => pending.Left())], attempt, cancellationToken).ConfigureAwait(false);
        if (attempt.Unclear is [var (_, first), ..] && !attempt.HasTakenEvents)
        {
            // An unknown error, and no event was taken at all: it may be the store's, and pass.
            ExceptionDispatchInfo.Throw(first);
        }

        foreach (var (part, refusal) in attempt.Unclear)
        {
            await DropAsync(part, refusal, attempt, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask WriteAsync(IReadOnlyList<WritePart> parts, Attempt attempt, CancellationToken cancellationToken)
    {
        if (await TryAsync(parts, attempt, cancellationToken).ConfigureAwait(false) is not { } refusal)
        {
            return;
        }

        if (parts.Count == 1)
        {
            await WriteAloneAsync(parts[0], refusal, attempt, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await WriteHalvesAsync(parts, attempt, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask WriteHalvesAsync(IReadOnlyList<WritePart> parts, Attempt attempt, CancellationToken cancellationToken)
    {
        await WriteAsync([.. parts.Take(parts.Count / 2)], attempt, cancellationToken).ConfigureAwait(false);
        await WriteAsync([.. parts.Skip(parts.Count / 2)], attempt, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WriteAloneAsync(WritePart part, Exception refusal, Attempt attempt, CancellationToken cancellationToken)
    {
        var write = Released(part.Write);
        if (SplitWrite.Parts(write) is { Count: > 1 } smaller)
        {
            WritePart[] parts = [.. smaller.Select(one => new WritePart(part.Owner, one))];
            part.Owner.Split(parts);
            await WriteHalvesAsync(parts, attempt, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (write.Commit is { Rows.Count: > 0 } commit)
        {
            foreach (var kept in SplitWrite.WithDeadLetters(commit, ReasonOf(refusal), time.GetUtcNow()))
            {
                if (await TryAsync(part, kept, attempt, cancellationToken).ConfigureAwait(false))
                {
                    SetAside(part.Owner, commit.Rows.Except(kept.Rows), refusal, isKept: true);
                    return;
                }
            }
        }

        if (StoreFaults.Of(refusal) == StoreFault.Write || write.Intent is not null)
        {
            await DropAsync(part, refusal, attempt, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            attempt.Unclear.Add((part, refusal));
        }
    }

    private async ValueTask DropAsync(WritePart part, Exception refusal, Attempt attempt, CancellationToken cancellationToken)
    {
        var write = Released(part.Write);
        if (write.Intent is { } intent)
        {
            // What happened is still in its scope: only a crash before that ends would lose it.
            _refusedIntents.TryAdd(intent.Id, true);
            diagnostics.Failed("noting a change that its request has not settled yet", refusal);
        }

        if (write.Commit is { } commit)
        {
            SetAside(part.Owner, commit.Rows, refusal, isKept: false);
            foreach (var letter in commit.DeadLetters)
            {
                diagnostics.Unstorable(letter.Row.EventName, letter.Row.Id, isKept: false, refusal);
            }

            // Its user is not to wait for ever for what is never going to be settled.
            if (commit.Intents.Count > 0
                && await TryAsync(part, new OutboxCommit(commit.Intents, []), attempt, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }

        attempt.Complete(part);
    }

    // Returns why the store refuses them, or null where it has them now.
    private async ValueTask<Exception?> TryAsync(IReadOnlyList<WritePart> parts, Attempt attempt, CancellationToken cancellationToken)
    {
        OutboxWrite[] writes = [.. parts.Select(part => Released(part.Write))];
        try
        {
            await store.WriteAsync(writes, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!StoreFaults.IsOfStore(StoreFaults.Of(exception)))
        {
            return exception;
        }

        foreach (var (part, write) in parts.Zip(writes))
        {
            attempt.Took(write);
            attempt.Complete(part);
        }

        return null;
    }

    // As much of it as this.
    private async ValueTask<bool> TryAsync(WritePart part, OutboxCommit less, Attempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            await store.WriteAsync([new OutboxWrite(null, less)], cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!StoreFaults.IsOfStore(StoreFaults.Of(exception)))
        {
            return false;
        }

        attempt.Took(new OutboxWrite(null, less));
        attempt.Complete(part);
        return true;
    }

    private void SetAside(PendingWrite owner, IEnumerable<OutboxRow> rows, Exception refusal, bool isKept)
    {
        foreach (var row in rows)
        {
            owner.SetAside(row.Id);
            diagnostics.Unstorable(row.EventName, row.Id, isKept, refusal);
            Volatile.Write(ref _lastSetAside, time.GetTimestamp());
        }
    }

    private static string ReasonOf(Exception refusal) =>
        EventText.Clean($"The outbox could not store it: {refusal.GetBaseException().Message}", MaxReasonLength);

    private OutboxCommit Released(OutboxCommit commit)
    {
        return commit with
        {
            Intents = [.. commit.Intents.Where(intent => !_refusedIntents.ContainsKey(intent))],
            Rows = [.. commit.Rows.Select(row => IsReleased(row.IntentId) ? row with { IntentId = null } : row)],
            DeadLetters = [.. commit.DeadLetters.Select(letter => IsReleased(letter.Row.IntentId) ? letter with { Row = letter.Row with { IntentId = null } } : letter)],
            Trials = [.. commit.Trials.Select(change => IsReleased(change.IntentId) ? change with { IntentId = null } : change)],
        };

        bool IsReleased(long? intent) => intent is { } id && _refusedIntents.ContainsKey(id);
    }

    // One pass over a batch.
    private sealed class Attempt(Action<PendingWrite> done)
    {
        /// <summary>Gets the parts of which it is not clear whether they, or the store, are to blame.</summary>
        public List<(WritePart Part, Exception Refusal)> Unclear { get; } = [];

        /// <summary>Gets a value indicating whether the store has taken an event: then it works.</summary>
        public bool HasTakenEvents { get; private set; }

        public void Took(OutboxWrite write) =>
            HasTakenEvents |= write.Commit is { } stored && stored.Rows.Count + stored.DeadLetters.Count > 0;

        public void Complete(WritePart part)
        {
            if (part.Owner.Complete(part))
            {
                done(part.Owner);
            }
        }
    }
}
