using System.Data.Common;
using System.Transactions;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Holds saved changes until nothing can undo them any more, and reports them then.</summary>
internal sealed class ChangeVerdicts(OpenTransactions open, CaptureScopes scopes, LifecycleDiagnostics diagnostics)
{
    /// <summary>Takes what was saved.</summary>
    /// <param name="context">The context.</param>
    /// <param name="changes">The changes.</param>
    /// <param name="isCommitted">Whether the save has committed a transaction of its own.</param>
    public void Saved(DbContext context, IReadOnlyList<SavedChange> changes, bool isCommitted)
    {
        if (!isCommitted && context.Database.IsRelational() && context.Database.CurrentTransaction?.GetDbTransaction() is { } transaction)
        {
            open.Add(transaction, [.. changes.Select(change => Await(change, transaction))]);
        }
        else if (!isCommitted && AmbientTransaction.Of(context) is { } ambient)
        {
            ambient.TransactionCompleted += (_, ended) =>
                Completed(changes, ended.Transaction?.TransactionInformation.Status == TransactionStatus.Committed);
        }
        else
        {
            Report(changes);
        }
    }

    /// <summary>A transaction begins; some providers use one object again, which may have ended before without a word.</summary>
    public void Started(DbTransaction transaction)
    {
        foreach (var change in open.Take(transaction))
        {
            if (change.Waiting is { IntentId: not null } waiting)
            {
                waiting.HasTransactionEnded = true;
            }
            else
            {
                change.Withdraw();
                diagnostics.Suppressed(change.Fact.EventName, Reasons.RolledBack);
            }
        }
    }

    public void Committed(DbTransaction transaction) => Report(open.Take(transaction));

    public void RolledBack(DbTransaction transaction) => Undo(open.Take(transaction));

    public void RolledBackToSavepoint(DbTransaction transaction) => open.RolledBackToSavepoint(transaction);

    // Runs on whatever thread ends the transaction.
    private void Completed(IReadOnlyList<SavedChange> changes, bool isCommitted)
    {
        try
        {
            if (isCommitted)
            {
                Report(changes);
            }
            else
            {
                Undo(changes);
            }
        }
        catch (Exception exception)
        {
            // The host's transaction has ended; what it did stands whatever becomes of our event.
            diagnostics.Failed("observing a transaction's end", exception);
        }
    }

    // Joins its scope at once, so that the scope's end finds it even if the transaction ends without a word.
    private static SavedChange Await(SavedChange change, DbTransaction transaction)
    {
        var waiting = new ScopeEntry(change.Fact) { IntentId = change.IntentId, Transaction = transaction };
        change.Scope.TryAdd(waiting);
        return change with { Waiting = waiting };
    }

    private void Report(IEnumerable<SavedChange> changes)
    {
        foreach (var change in changes)
        {
            if (change.Waiting is { IntentId: not null } waiting)
            {
                scopes.Confirm(change.Scope, waiting);
            }
            else
            {
                change.Withdraw();
                scopes.Record(change.Scope, change.Fact, change.IntentId);
            }
        }
    }

    private void Undo(IReadOnlyList<SavedChange> changes)
    {
        foreach (var change in changes)
        {
            change.Withdraw();
            diagnostics.Suppressed(change.Fact.EventName, Reasons.RolledBack);
        }
    }
}
