using System.Data.Common;
using System.Runtime.CompilerServices;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Follows a change from the save to the commit. Never throws into the host.</summary>
internal sealed class ChangeWatch(
    CaptureSwitch @switch, ChangeFinder finder, MembershipLookup memberships, ChangeNotes notes, ChangeVerdicts verdicts, LifecycleDiagnostics diagnostics)
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

    public void NotSaved(DbContext? context) => Guard(() => finder.GiveBack(Forget(context!)));

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
            verdicts.Saved(context!, save.Written ?? notes.Write(context!, save), save.Written is not null);
        }
    });

    public Task SavedAsync(DbContext? context) => GuardAsync(async () =>
    {
        if (Forget(context!) is { } save)
        {
            verdicts.Saved(
                context!, save.Written ?? await notes.WriteAsync(context!, save).ConfigureAwait(false), save.Written is not null);
        }
    });

    public void Started(DbContext? context, DbTransaction transaction) => Guard(() =>
    {
        verdicts.Started(transaction);
        notes.Opened(context, transaction);
    });

    public void Used(DbContext? context, DbTransaction transaction) => Guard(() => notes.Opened(context, transaction));

    public void Committing(DbContext? context, DbTransaction transaction) => Guard(() =>
    {
        if (OwnTransactionOf(context) is { } save)
        {
            save.Written = notes.Write(context!, save, transaction);
        }
        else if (ToldBefore(context) is { } told)
        {
            verdicts.Saved(context!, notes.Write(context!, told, transaction), isCommitted: false);
        }
    });

    public Task CommittingAsync(DbContext? context, DbTransaction transaction) => GuardAsync(async () =>
    {
        if (OwnTransactionOf(context) is { } save)
        {
            save.Written = await notes.WriteAsync(context!, save, transaction).ConfigureAwait(false);
        }
        else if (ToldBefore(context) is { } told)
        {
            verdicts.Saved(context!, await notes.WriteAsync(context!, told, transaction).ConfigureAwait(false), isCommitted: false);
        }
    });

    public void Committed(DbTransaction transaction) => Guard(() =>
    {
        notes.Ended(transaction);
        verdicts.Committed(transaction);
    });

    public void RolledBack(DbContext? context, DbTransaction transaction) => Guard(() =>
    {
        notes.Ended(transaction);
        finder.RolledBack(context, transaction);
        verdicts.RolledBack(transaction);
    });

    public void RolledBackToSavepoint(DbTransaction transaction) => Guard(() => verdicts.RolledBackToSavepoint(transaction));

    private SaveNotes? Begin(DbContext context)
    {
        // What an earlier save left behind that ended without a callback is forgotten here.
        finder.GiveBack(Forget(context));
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
