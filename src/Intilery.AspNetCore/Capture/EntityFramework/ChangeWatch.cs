using System.Data.Common;
using System.Runtime.CompilerServices;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Follows a change from the save to the commit. Never throws into the host.</summary>
internal sealed class ChangeWatch(
    CaptureSwitch @switch, ChangeFinder finder, MembershipLookup memberships, ChangeNotes notes, TrackedTransactions transactions, LifecycleDiagnostics diagnostics)
{
    private readonly ConditionalWeakTable<DbContext, SaveUnderWay> _saving = [];

    public void Saving(DbContext? context) => Guard(() =>
    {
        if (Begin(context!) is { } found && MembershipLookup.IsNeeded(found))
        {
            memberships.LookUp(found);
        }
    });

    public Task SavingAsync(DbContext? context) => GuardAsync(async () =>
    {
        if (Begin(context!) is { } found && MembershipLookup.IsNeeded(found))
        {
            await memberships.LookUpAsync(found).ConfigureAwait(false);
        }
    });

    public void NotSaved(DbContext? context) => Guard(() =>
    {
        var save = Forget(context!);
        notes.NotSaved(save);
        finder.GiveBack(save);
    });

    /// <summary>A concurrency conflict ends a save without another callback, unless the application says that it is none.</summary>
    public void Conflicted(DbContext? context) => Guard(() =>
    {
        if (_saving.TryGetValue(context!, out var save))
        {
            save.Restore();
        }
    });

    public void Saved(DbContext? context) => Guard(() =>
    {
        if (Forget(context!) is { } save)
        {
            notes.Saved(context!, save.Written ?? notes.Write(context!, save), save.Written is not null);
        }
    });

    public Task SavedAsync(DbContext? context) => GuardAsync(async () =>
    {
        if (Forget(context!) is { } save)
        {
            notes.Saved(
                context!, save.Written ?? await notes.WriteAsync(context!, save).ConfigureAwait(false), save.Written is not null);
        }
    });

    public void Started(DbContext? context, DbTransaction transaction) => Guard(() => notes.Opened(context, transaction, isNew: true));

    public void Used(DbContext? context, DbTransaction transaction) => Guard(() => notes.Opened(context, transaction, isNew: false));

    public void Committing(DbContext? context, DbTransaction transaction) => Guard(() =>
    {
        transactions.Committing(transaction);
        if (OwnTransactionOf(context) is { } save)
        {
            notes.NotSaved(save);
            save.Written = notes.Write(context!, save, transaction);
        }
        else if (ToldBefore(context) is { } told)
        {
            notes.Saved(context!, notes.Write(context!, told, transaction), isCommitted: false);
        }
    });

    public Task CommittingAsync(DbContext? context, DbTransaction transaction, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await transactions.CommittingAsync(transaction, cancellationToken).ConfigureAwait(false);
        if (OwnTransactionOf(context) is { } save)
        {
            notes.NotSaved(save);
            save.Written = await notes.WriteAsync(context!, save, transaction).ConfigureAwait(false);
        }
        else if (ToldBefore(context) is { } told)
        {
            notes.Saved(context!, await notes.WriteAsync(context!, told, transaction).ConfigureAwait(false), isCommitted: false);
        }
    });

    public void Committed(DbTransaction transaction) => Guard(() => transactions.Committed(transaction));

    public void RolledBack(DbContext? context, DbTransaction transaction) => Guard(() =>
    {
        finder.RolledBack(context, transaction);
        transactions.RolledBack(transaction);
    });

    /// <summary>The database has not answered to a commit or a rollback, or has refused it.</summary>
    public void Failed(DbTransaction transaction) => Guard(() => transactions.Failed(transaction));

    public void RolledBackToSavepoint(DbTransaction transaction) => Guard(() => transactions.RolledBackToSavepoint(transaction));

    private SaveNotes? Begin(DbContext context)
    {
        // What an earlier save left behind that ended without a callback is forgotten here.
        var before = Forget(context);
        notes.NotSaved(before);
        finder.GiveBack(before);
        if (finder.Find(context) is not { } found)
        {
            return null;
        }

        var save = new SaveUnderWay(found);
        _saving.Add(context, save);
        notes.Prepare(context, save);
        return found;
    }

    // Told after the last save of a transaction that is committed now.
    private SaveUnderWay? ToldBefore(DbContext? context)
    {
        if (context is null || _saving.TryGetValue(context, out _) || finder.FindTold(context) is not { } found)
        {
            return null;
        }

        var save = new SaveUnderWay(found);
        notes.Prepare(context, save);
        return save;
    }

    private SaveUnderWay? OwnTransactionOf(DbContext? context) =>
        context is not null && _saving.TryGetValue(context, out var save) && save.HasOwnTransaction ? save : null;

    private SaveUnderWay? Forget(DbContext context)
    {
        if (!_saving.TryGetValue(context, out var save))
        {
            return null;
        }

        _saving.Remove(context);
        save.Restore();
        return save;
    }

    private void Guard(Action observe)
    {
        if (!@switch.IsOn)
        {
            return;
        }

        try
        {
            observe();
        }
        catch (Exception exception)
        {
            // The host saves whatever becomes of our event.
            diagnostics.Failed("observing a save", exception);
        }
    }

    private async Task GuardAsync(Func<Task> observe)
    {
        if (!@switch.IsOn)
        {
            return;
        }

        try
        {
            await observe().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The host saves whatever becomes of our event.
            diagnostics.Failed("observing a save", exception);
        }
    }
}
