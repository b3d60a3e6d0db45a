using System.Data.Common;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Writes what a save changes down in the save's own transaction, where the journal can: in an automatic one before its commit,
/// in one that is already open after the save. Elsewhere the change is announced once it is committed.
/// </summary>
internal sealed class ChangeNotes(CaptureScopes scopes, TenantReader tenants, Lazy<ISaveJournal> journal)
{
    public void Prepare(DbContext context, SaveUnderWay save)
    {
        // Now, not after the save: a request may be over by then, and what it began is its own.
        save.Scope = scopes.OfChange();

        // Seeding and imports are no sign-ups.
        if (tenants.HasResolver && save.Notes.HasSignUps && !save.Scope.IsOutside)
        {
            save.Notes.SignUpQuestion = tenants.QuestionOf(TenantResolutionMoment.SignUp, save.Scope, scopes.Principal);
        }

        if (Covers(context))
        {
            save.RequireTransaction();
        }
    }

    /// <summary>Notes a transaction that the request holds open on the outbox's database.</summary>
    public void Opened(DbContext? context, DbTransaction transaction)
    {
        if (context is not null && Covers(context))
        {
            scopes.Opened(transaction);
        }
    }

    public void Ended(DbTransaction transaction) => scopes.Transactions?.Remove(transaction);

    public IReadOnlyList<SavedChange> Write(DbContext context, SaveUnderWay save, DbTransaction? committing = null)
    {
        var changes = save.Read();
        if (!TryFindTransaction(context, committing, out var transaction))
        {
            return changes;
        }

        var written = new List<SavedChange>(changes.Count);
        foreach (var change in changes)
        {
            var id = CaptureScopes.IsEvent(change.Scope, change.Fact)
                ? journal.Value.Write(change.Scope.Context, change.Fact, context, transaction)
                : null;
            written.Add(change with { IntentId = id });
        }

        return written;
    }

    public async ValueTask<IReadOnlyList<SavedChange>> WriteAsync(DbContext context, SaveUnderWay save, DbTransaction? committing = null)
    {
        var changes = save.Read();
        if (!TryFindTransaction(context, committing, out var transaction))
        {
            return changes;
        }

        var written = new List<SavedChange>(changes.Count);
        foreach (var change in changes)
        {
            var id = CaptureScopes.IsEvent(change.Scope, change.Fact)
                ? await journal.Value.WriteAsync(change.Scope.Context, change.Fact, context, transaction, CancellationToken.None).ConfigureAwait(false)
                : null;
            written.Add(change with { IntentId = id });
        }

        return written;
    }

    private bool Covers(DbContext context) => context.Database.IsRelational() && journal.Value.Covers(context);

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
