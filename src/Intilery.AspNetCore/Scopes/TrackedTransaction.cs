using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Transactions;
using Intilery.AspNetCore.Diagnostics;

namespace Intilery.AspNetCore.Scopes;

/// <summary>An application's transaction that facts depend on, and the facts that were saved in it.</summary>
/// <param name="hasEnded">Returns whether the transaction is over. A transaction that is disposed ends without a callback.</param>
internal sealed class TrackedTransaction(Func<bool> hasEnded)
{
    private readonly Lock _gate = new();
    private List<ScopeFact> _facts = [];
    private List<TrackingScope> _scopes = [];
    private bool _isDoubtful;
    private volatile bool _isOver;

    /// <summary>Gets or sets a value indicating whether it is a transaction of the outbox's database, which it may lock.</summary>
    public bool HoldsOutbox { get; set; }

    /// <summary>Gets or sets a value indicating whether EF Core has begun it: if it ends without a callback, it was disposed.</summary>
    public bool IsOfEntityFramework { get; set; }

    /// <summary>
    /// Gets or sets a function that returns whether the context that began it no longer uses it: it has ended then, even if its provider's
    /// transaction keeps its connection afterwards, as MySQL's does. <see langword="null"/> if no context began it.
    /// </summary>
    public Func<bool>? IsAbandoned { get; set; }

    /// <summary>Gets a value indicating whether it has ended, committed or not.</summary>
    public bool IsOver => _isOver || hasEnded() || IsAbandoned?.Invoke() == true;

    /// <summary>Adds a scope in which the transaction was opened.</summary>
    public void Add(TrackingScope scope)
    {
        lock (_gate)
        {
            if (!_scopes.Contains(scope))
            {
                _scopes.Add(scope);
            }
        }
    }

    /// <summary>Adds facts that were saved in it.</summary>
    public void Add(IReadOnlyList<ScopeFact> facts)
    {
        lock (_gate)
        {
            _facts.AddRange(facts);
        }
    }

    /// <summary>Returns whether it contains a saved change of a user that may still be rolled back.</summary>
    public bool Holds(string userId)
    {
        lock (_gate)
        {
            return _facts.Exists(held => held.Fact is UserCreated or ProfileChanged && held.Fact.UserId == userId);
        }
    }

    /// <summary>
    /// Records a rollback to a savepoint. EF Core does not expose which savepoint, so any fact may have been rolled back.
    /// </summary>
    public void RolledBackToSavepoint() => _isDoubtful = true;

    /// <summary>Records that its commit or rollback failed. Returns the scopes that it was opened in.</summary>
    public IReadOnlyList<TrackingScope> Fail()
    {
        lock (_gate)
        {
            _isOver = true;
            return [.. _scopes];
        }
    }

    /// <summary>Ends it. Returns the facts that were saved in it, and the scopes that it was opened in.</summary>
    public (IReadOnlyList<ScopeFact> Facts, IReadOnlyList<TrackingScope> Scopes) End()
    {
        lock (_gate)
        {
            _isOver = true;
            var ended = (_facts, _scopes);
            (_facts, _scopes) = ([], []);
            return ended;
        }
    }

    /// <summary>
    /// Looks up which facts a rollback to a savepoint has left: just before the commit, because the connection of a committed
    /// transaction cannot be queried until EF Core has released the transaction. Returns the facts that were rolled back.
    /// </summary>
    public IReadOnlyList<ScopeFact> Check(LifecycleDiagnostics diagnostics) =>
        Doubtful() is { Count: > 0 } doubtful ? Keep(doubtful, [.. doubtful.Select(fact => IsLeft(fact, diagnostics))]) : [];

    /// <inheritdoc cref="Check"/>
    public async ValueTask<IReadOnlyList<ScopeFact>> CheckAsync(LifecycleDiagnostics diagnostics, CancellationToken cancellationToken)
    {
        if (Doubtful() is not { Count: > 0 } doubtful)
        {
            return [];
        }

        var isLeft = new List<bool>(doubtful.Count);
        foreach (var fact in doubtful)
        {
            isLeft.Add(await IsLeftAsync(fact, diagnostics, cancellationToken).ConfigureAwait(false));
        }

        return Keep(doubtful, isLeft);
    }

    private static bool IsLeft(ScopeFact fact, LifecycleDiagnostics diagnostics)
    {
        try
        {
            return IsProvenByIntent(fact) || fact.Row?.IsStored() == true;
        }
        catch (Exception exception)
        {
            return Unknown(exception, diagnostics);
        }
    }

    private static async ValueTask<bool> IsLeftAsync(ScopeFact fact, LifecycleDiagnostics diagnostics, CancellationToken cancellationToken)
    {
        try
        {
            return IsProvenByIntent(fact) || (fact.Row is { } row && await row.IsStoredAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            return Unknown(exception, diagnostics);
        }
    }

    // A tracked event has no row; its intent was rolled back with the savepoint, or commits.
    private static bool IsProvenByIntent(ScopeFact fact) => fact is { Fact.TrackedEvent: not null, IntentId: not null };

    private static bool Unknown(Exception exception, LifecycleDiagnostics diagnostics)
    {
        // A failure does not affect the host's commit; a fact whose change may have been rolled back is not sent.
        diagnostics.Failed("looking up a change after a rollback to a savepoint", exception);
        return false;
    }

    private List<ScopeFact> Doubtful()
    {
        lock (_gate)
        {
            return _isDoubtful ? [.. _facts] : [];
        }
    }

    private List<ScopeFact> Keep(List<ScopeFact> doubtful, List<bool> isLeft)
    {
        var kept = new List<ScopeFact>();
        var undone = new List<ScopeFact>();
        var created = new Dictionary<string, ScopeFact>(StringComparer.Ordinal);
        var neverAdded = new HashSet<(string UserId, string GroupId)>();
        for (var i = 0; i < doubtful.Count; i++)
        {
            var (fact, left) = (doubtful[i], isLeft[i]);
            if (fact.Fact is UserCreated user)
            {
                // Added, rolled back and added again with the same key: the row proves the last fact only.
                if (created.Remove(user.UserId, out var before))
                {
                    kept.Remove(before);
                    undone.Add(before);
                }

                if (left)
                {
                    created.Add(user.UserId, fact);
                }
            }

            // A membership that was added and removed here, or rolled back in between, has nothing left to remove.
            if (fact.Fact is MemberAdded added)
            {
                _ = left ? neverAdded.Remove((added.UserId, added.GroupId)) : neverAdded.Add((added.UserId, added.GroupId));
            }

            (left && !(fact.Fact is MemberRemoved removed && neverAdded.Contains((removed.UserId, removed.GroupId))) ? kept : undone).Add(fact);
        }

        lock (_gate)
        {
            (_facts, _isDoubtful) = (kept, false);
        }

        return undone;
    }
}

/// <summary>
/// Finds the tracked transaction of a transaction object, which contexts that share one have in common, and notices its end.
/// </summary>
internal sealed class TrackedTransactions(TrackingScopes scopes, LifecycleDiagnostics diagnostics)
{
    private readonly ConditionalWeakTable<object, TrackedTransaction> _tracked = [];

    /// <summary>Returns the tracked transaction of one that has begun, or that a context begins to use.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="isNew">
    /// Whether it has just begun. Some providers reuse a transaction object, which may have ended before without a callback.
    /// </param>
    /// <param name="holdsOutbox">Whether it is a transaction of the outbox's database.</param>
    /// <param name="isAbandoned">Returns whether the context that began it, if it is new, no longer uses it.</param>
    public void Opened(DbTransaction transaction, bool isNew, bool holdsOutbox, Func<bool>? isAbandoned = null)
    {
        if (isNew && Take(transaction) is { } before)
        {
            EndUnknown(before);
        }

        if (scopes.CurrentForTransactions is { } scope)
        {
            var tracked = Of(transaction);
            tracked.HoldsOutbox |= holdsOutbox;
            tracked.IsOfEntityFramework |= isNew;
            tracked.IsAbandoned ??= isAbandoned;
            tracked.Add(scope);
            scope.Opened(tracked);
        }
    }

    /// <summary>
    /// Adds facts that were saved in a transaction that is still open. They join their scopes at once, so that the scopes' end sees them.
    /// </summary>
    public void Saved(DbTransaction transaction, IReadOnlyList<ScopeFact> facts) => Saved(Of(transaction), facts);

    /// <inheritdoc cref="Saved(DbTransaction, IReadOnlyList{ScopeFact})"/>
    public void Saved(Transaction ambient, IReadOnlyList<ScopeFact> facts)
    {
        if (!_tracked.TryGetValue(ambient, out var tracked))
        {
            tracked = _tracked.GetValue(ambient, static _ => new TrackedTransaction(static () => false));
            ambient.TransactionCompleted += (_, ended) =>
                Completed(tracked, ended.Transaction?.TransactionInformation.Status == TransactionStatus.Committed);
        }

        Saved(tracked, facts);
    }

    public bool Holds(DbTransaction transaction, string userId) =>
        _tracked.TryGetValue(transaction, out var tracked) && tracked.Holds(userId);

    public void RolledBackToSavepoint(DbTransaction transaction)
    {
        if (_tracked.TryGetValue(transaction, out var tracked))
        {
            tracked.RolledBackToSavepoint();
        }
    }

    public void Committing(DbTransaction transaction)
    {
        if (_tracked.TryGetValue(transaction, out var tracked))
        {
            scopes.RolledBack(tracked.Check(diagnostics));
        }
    }

    public async ValueTask CommittingAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (_tracked.TryGetValue(transaction, out var tracked))
        {
            scopes.RolledBack(await tracked.CheckAsync(diagnostics, cancellationToken).ConfigureAwait(false));
        }
    }

    public void Committed(DbTransaction transaction)
    {
        if (Take(transaction) is { } tracked)
        {
            End(tracked, isCommitted: true);
        }
    }

    public void RolledBack(DbTransaction transaction)
    {
        if (Take(transaction) is { } tracked)
        {
            End(tracked, isCommitted: false);
        }
    }

    /// <summary>Records that the commit or the rollback failed: the database's answer may be lost, and the outcome is unknown.</summary>
    public void Failed(DbTransaction transaction)
    {
        if (_tracked.TryGetValue(transaction, out var tracked))
        {
            scopes.Ended(tracked.Fail());
        }
    }

    // Weak references: an open scope does not keep an abandoned transaction in memory.
    private TrackedTransaction Of(DbTransaction transaction) => _tracked.GetValue(transaction, static key =>
    {
        var weak = new WeakReference<DbTransaction>((DbTransaction)key);
        return new TrackedTransaction(() => !weak.TryGetTarget(out var target) || HasEnded(target));
    });

    /// <summary>Returns whether a transaction is over, committed or not.</summary>
    public bool IsOver(DbTransaction transaction) =>
        _tracked.TryGetValue(transaction, out var tracked) ? tracked.IsOver : HasEnded(transaction);

    // Some providers' transactions keep their connection after they end; a transaction of a closed connection has ended.
    private static bool HasEnded(DbTransaction transaction)
    {
        try
        {
            return transaction.Connection is null or { State: ConnectionState.Closed or ConnectionState.Broken };
        }
        catch (ObjectDisposedException)
        {
            // Some providers throw after the end.
            return true;
        }
    }

    private TrackedTransaction? Take(DbTransaction transaction)
    {
        if (!_tracked.TryGetValue(transaction, out var tracked))
        {
            return null;
        }

        _tracked.Remove(transaction);
        return tracked;
    }

    private static void Saved(TrackedTransaction tracked, IReadOnlyList<ScopeFact> facts)
    {
        foreach (var fact in facts)
        {
            fact.Transaction = tracked;
            if (fact.Scope!.TryAdd(fact))
            {
                tracked.Add(fact.Scope);
            }
        }

        tracked.Add(facts);
    }

    // Runs on whatever thread ends the transaction.
    private void Completed(TrackedTransaction tracked, bool isCommitted)
    {
        try
        {
            End(tracked, isCommitted);
        }
        catch (Exception exception)
        {
            // The host's transaction has ended: a failure of ours does not affect it.
            diagnostics.Failed("observing a transaction's end", exception);
        }
    }

    private void End(TrackedTransaction tracked, bool isCommitted)
    {
        var (facts, opened) = tracked.End();
        if (isCommitted)
        {
            scopes.Committed(facts);
        }
        else
        {
            scopes.RolledBack(facts);
        }

        scopes.Ended(opened);
    }

    // Facts with an intent are decided by the outbox, which has the intent only if the transaction committed.
    private void EndUnknown(TrackedTransaction tracked)
    {
        var (facts, opened) = tracked.End();
        scopes.RolledBack([.. facts.Where(fact => fact.IntentId is null)]);
        scopes.Ended(opened);
    }
}
