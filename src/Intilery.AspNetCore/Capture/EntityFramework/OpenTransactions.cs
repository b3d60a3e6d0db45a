using System.Data.Common;
using System.Runtime.CompilerServices;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// What was saved in transactions that are still open, by the transaction object itself: contexts that share one see different ids
/// of it, and one that is disposed without a word takes its changes with it.
/// </summary>
internal sealed class OpenTransactions
{
    private readonly ConditionalWeakTable<DbTransaction, Pending> _pending = [];

    public void Add(DbTransaction transaction, IReadOnlyList<SavedChange> changes)
    {
        var pending = _pending.GetOrCreateValue(transaction);
        lock (pending)
        {
            pending.Changes.AddRange(changes);
        }
    }

    /// <summary>Whether a user or what is said of one was saved in the transaction, and may still be undone.</summary>
    public bool Holds(DbTransaction transaction, string userId)
    {
        if (!_pending.TryGetValue(transaction, out var pending))
        {
            return false;
        }

        lock (pending)
        {
            return pending.Changes.Exists(change => change.Fact is UserCreated or ProfileChanged && change.Fact.UserId == userId);
        }
    }

    /// <summary>Some of what was saved may be undone; which, the transaction does not say.</summary>
    public void RolledBackToSavepoint(DbTransaction transaction)
    {
        if (_pending.TryGetValue(transaction, out var pending))
        {
            pending.IsDoubtful = true;
        }
    }

    /// <summary>Returns what was saved before such a rollback and may be undone by it.</summary>
    public IReadOnlyList<SavedChange> Doubtful(DbTransaction transaction) =>
        _pending.TryGetValue(transaction, out var pending) && pending.IsDoubtful ? [.. pending.Changes] : [];

    /// <summary>Keeps of the doubtful changes those that turned out to be in the database.</summary>
    public void Keep(DbTransaction transaction, IReadOnlyList<SavedChange> proven)
    {
        if (_pending.TryGetValue(transaction, out var pending))
        {
            lock (pending)
            {
                pending.Changes.Clear();
                pending.Changes.AddRange(proven);
                pending.IsDoubtful = false;
            }
        }
    }

    /// <summary>Returns and forgets what the transaction's end decides on.</summary>
    public IReadOnlyList<SavedChange> Take(DbTransaction transaction)
    {
        if (!_pending.TryGetValue(transaction, out var pending))
        {
            return [];
        }

        _pending.Remove(transaction);
        return pending.Changes;
    }

    private sealed class Pending
    {
        public List<SavedChange> Changes { get; } = [];

        public bool IsDoubtful { get; set; }
    }
}
