using System.Data.Common;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Hands what a save changes to its scope, and writes it as intents in the save's own transaction, where the outbox is in its database: in
/// a transaction that the save began before its commit, in one that was open already after the save.
/// </summary>
internal sealed class IntentRecorder(
    TrackingScopes scopes, TrackedTransactions transactions, TenantReader tenants, Lazy<ISaveJournal> journal)
{
    /// <summary>
    /// A save touches something watched: it belongs to the scope that is current now, and needs a transaction where intents are written in
    /// it.
    /// </summary>
    public void Join(PendingSave save)
    {
        // Now, not after the save: a request may be over by then.
        save.Scope = scopes.OfChange(ServicesOf(save.Context));
        if (Covers(save.Context))
        {
            save.RequireTransaction();
        }
    }

    /// <summary>It is known what a save changes.</summary>
    public void Prepared(PendingSave save)
    {
        if (save.IsEmpty)
        {
            return;
        }

        save.Scope ??= scopes.OfChange(ServicesOf(save.Context));

        // Seeding and imports are no sign-ups.
        if (tenants.HasResolver && save.HasSignUps && !save.Scope.IsOutside)
        {
            save.SignUpQuestion = tenants.QuestionOf(
                TenantResolutionMoment.SignUp, save.Scope, scopes.PrincipalOf(ServicesOf(save.Context)));
        }
    }

    /// <summary>Notes a transaction that the work under way has opened, or begins to use.</summary>
    public void Opened(DbContext? context, DbTransaction transaction, bool isNew)
    {
        if (context is not null)
        {
            transactions.Opened(
                transaction, isNew, Covers(context), isNew ? new ContextTransaction(context, transaction).IsAbandoned : null);
        }
    }

    public IReadOnlyList<ScopeFact> Write(DbContext context, PendingSave save, DbTransaction? committing = null)
    {
        save.Scope ??= scopes.OfChange(ServicesOf(context));
        var facts = save.Read();
        if (TryFindTransaction(context, committing, out var transaction))
        {
            journal.Value.Write(facts, context, transaction);
        }

        return facts;
    }

    public async ValueTask<IReadOnlyList<ScopeFact>> WriteAsync(DbContext context, PendingSave save, DbTransaction? committing = null)
    {
        save.Scope ??= scopes.OfChange(ServicesOf(context));
        var facts = save.Read();
        if (TryFindTransaction(context, committing, out var transaction))
        {
            await journal.Value.WriteAsync(facts, context, transaction, CancellationToken.None).ConfigureAwait(false);
        }

        return facts;
    }

    /// <summary>Takes what was saved.</summary>
    /// <param name="context">The context.</param>
    /// <param name="facts">The facts.</param>
    /// <param name="isCommitted">Whether the save has committed a transaction of its own.</param>
    public void Saved(DbContext context, IReadOnlyList<ScopeFact> facts, bool isCommitted)
    {
        if (!isCommitted && context.Database.IsRelational() && context.Database.CurrentTransaction?.GetDbTransaction() is { } transaction)
        {
            transactions.Saved(transaction, facts);
        }
        else if (!isCommitted && AmbientTransaction.Of(context) is { } ambient)
        {
            transactions.Saved(ambient, facts);
        }
        else
        {
            scopes.Committed(facts);
        }
    }

    /// <summary>Forgets what an attempt to save has written that did not commit.</summary>
    public void NotSaved(PendingSave? save)
    {
        if (save?.Written is { } written)
        {
            scopes.NotSaved(written);
            save.Written = null;
        }
    }

    public bool Covers(DbContext context) => context.Database.IsRelational() && journal.Value.Covers(context);

    // Where the application has registered the context: of a circuit, of a request, or the root's.
    private static IServiceProvider? ServicesOf(DbContext context) =>
        context.GetService<IDbContextOptions>().FindExtension<CoreOptionsExtension>()?.ApplicationServiceProvider;

    // Weak: a scope that is still open keeps neither.
    private sealed class ContextTransaction(DbContext context, DbTransaction transaction)
    {
        private readonly WeakReference<DbContext> _context = new(context);
        private readonly WeakReference<DbTransaction> _transaction = new(transaction);

        public bool IsAbandoned()
        {
            try
            {
                return _context.TryGetTarget(out var context) && _transaction.TryGetTarget(out var transaction)
                    && context.Database.CurrentTransaction?.GetDbTransaction() != transaction;
            }
            catch (ObjectDisposedException)
            {
                // A context that is disposed has ended what it began.
                return true;
            }
        }
    }

    // False where there is none to write in: the save is committed already, or its database is not the outbox's.
    private bool TryFindTransaction(DbContext context, DbTransaction? committing, out DbTransaction? transaction)
    {
        transaction = committing;
        if (!Covers(context))
        {
            return false;
        }

        transaction ??= context.Database.CurrentTransaction?.GetDbTransaction();
        return transaction is not null || AmbientTransaction.Of(context) is not null;
    }
}
