using System.Data.Common;
using System.Runtime.CompilerServices;
using Intilery.AspNetCore.Capture.Code;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Follows a save to its commit. What counts is what the save sends to the database: whether it needs a transaction is decided when EF Core
/// has detected the changes, which is after every interceptor of the application; the changes themselves are read at the save's first
/// command. A save that executes none changes nothing. Never throws into the host.
/// </summary>
internal sealed class SaveTracker(
    CaptureSwitch @switch,
    PendingSaves pending,
    RowReader rows,
    IntentRecorder intents,
    TrackedTransactions transactions,
    LifecycleDiagnostics diagnostics)
{
    public void Saving(DbContext? context) => Guard(() =>
    {
        // Facts that are known to be written join their scope now: an interceptor of the application may take longer than the request.
        Abandon(context!);
        if (pending.Begin(context!, Look) is { } save)
        {
            Join(save);
        }
    });

    public void Executing(DbContext? context) => Guard(() =>
    {
        if (pending.Unprepared(context) is { } save)
        {
            rows.Prepare(save);
            intents.Prepared(save);
        }
    });

    // Nearly all commands of a large save are not the first.
    public Task ExecutingAsync(
        DbContext? context) => pending.Unprepared(context) is not { } save ? Task.CompletedTask : GuardAsync(async () =>
    {
        await rows.PrepareAsync(save).ConfigureAwait(false);
        intents.Prepared(save);
    });

    public void NotSaved(DbContext? context) => Guard(() => Abandon(context!));

    /// <summary>A concurrency conflict ends a save without another callback, unless the application suppresses the exception.</summary>
    public void Conflicted(DbContext? context) => Guard(() => pending.Of(context)?.Restore());

    public void Saved(DbContext? context) => Guard(() =>
    {
        if (pending.Complete(context!) is { } save)
        {
            intents.Saved(context!, save.Written ?? intents.Write(context!, save), save.Written is not null);
        }
    });

    public Task SavedAsync(DbContext? context) => GuardAsync(async () =>
    {
        if (pending.Complete(context!) is { } save)
        {
            intents.Saved(
                context!, save.Written ?? await intents.WriteAsync(context!, save).ConfigureAwait(false), save.Written is not null);
        }
    });

    public void Started(DbContext? context, DbTransaction transaction) => Guard(() =>
    {
        intents.Opened(context, transaction, isNew: true);
        pending.Of(context)?.Begun(transaction);
    });

    public void Used(DbContext? context, DbTransaction transaction) => Guard(() => intents.Opened(context, transaction, isNew: false));

    public void Committing(DbContext? context, DbTransaction transaction) => Guard(() =>
    {
        transactions.Committing(transaction);
        if (pending.InOwnTransaction(context, transaction) is { } save)
        {
            intents.NotSaved(save);
            save.Written = intents.Covers(context!) ? intents.Write(context!, save, transaction) : null;
        }
        else if (pending.TrackedSinceLastSave(context) is { } tracked)
        {
            intents.Join(tracked);
            intents.Saved(context!, intents.Write(context!, tracked, transaction), isCommitted: false);
        }
    });

    public Task CommittingAsync(
        DbContext? context, DbTransaction transaction, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await transactions.CommittingAsync(transaction, cancellationToken).ConfigureAwait(false);
        if (pending.InOwnTransaction(context, transaction) is { } save)
        {
            intents.NotSaved(save);
            save.Written = intents.Covers(context!) ? await intents.WriteAsync(context!, save, transaction).ConfigureAwait(false) : null;
        }
        else if (pending.TrackedSinceLastSave(context) is { } tracked)
        {
            intents.Join(tracked);
            intents.Saved(context!, await intents.WriteAsync(context!, tracked, transaction).ConfigureAwait(false), isCommitted: false);
        }
    });

    public void Committed(DbTransaction transaction) => Guard(() => transactions.Committed(transaction));

    public void RolledBack(DbContext? context, DbTransaction transaction) => Guard(() =>
    {
        pending.RolledBack(context, transaction);
        transactions.RolledBack(transaction);
    });

    /// <summary>The database has not answered to a commit or a rollback, or has refused it.</summary>
    public void Failed(DbTransaction transaction) => Guard(() => transactions.Failed(transaction));

    public void RolledBackToSavepoint(DbTransaction transaction) => Guard(() => transactions.RolledBackToSavepoint(transaction));

    // Runs when the changes of a context under save have been detected, perhaps several times: interceptors of the application detect them
    // too.
    private void Look(PendingSave save) => Guard(() =>
    {
        Join(save);
        if (!save.Context.Database.IsRelational())
        {
            // Such a save executes no command that could be seen; and the state after the last detection is what it sends.
            rows.Prepare(save);
            intents.Prepared(save);
        }
    });

    // An earlier save may have ended without a callback.
    private void Abandon(DbContext context) => intents.NotSaved(pending.Abandon(context));

    private void Join(PendingSave save)
    {
        if (save.Scope is null && save.IsTouched())
        {
            intents.Join(save);
        }
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

/// <summary>The saves that have begun and not ended, by their contexts.</summary>
internal sealed class PendingSaves(WatchedModels models, TrackedEvents tracked, IOptionsMonitor<IntileryOptions> options, TimeProvider time)
{
    private readonly ConditionalWeakTable<DbContext, PendingSave> _saves = [];

    /// <summary>
    /// Begins to follow a save. Returns <see langword="null"/> if its model holds nothing watched, which costs a look-up.
    /// </summary>
    public PendingSave? Begin(DbContext context, Action<PendingSave> look)
    {
        var (model, events) = (models.Of(context.Model), tracked.Take(context));
        if (model.IsEmpty && events.Count == 0)
        {
            return null;
        }

        var save = new PendingSave(context, model, events, options.CurrentValue, time);
        _saves.Add(context, save);
        save.Follow(look);
        return save;
    }

    public PendingSave? Of(DbContext? context) => context is not null && _saves.TryGetValue(context, out var save) ? save : null;

    /// <summary>Returns the save whose first command is about to be executed.</summary>
    public PendingSave? Unprepared(DbContext? context) => Of(context) is { IsPrepared: false } save ? save : null;

    /// <summary>Returns the save that began the transaction.</summary>
    public PendingSave? InOwnTransaction(DbContext? context, DbTransaction transaction) =>
        Of(context) is { IsPrepared: true } save && save.Transaction == transaction ? save : null;

    /// <summary>
    /// Returns the events that were tracked after the last save of a transaction that commits now, or <see langword="null"/>.
    /// </summary>
    public PendingSave? TrackedSinceLastSave(DbContext? context) =>
        context is not null && Of(context) is null && tracked.Take(context) is { Count: > 0 } events
            ? new PendingSave(context, models.Of(context.Model), events, options.CurrentValue, time)
            : null;

    /// <summary>Ends a save that has succeeded, and returns it if it has changed something.</summary>
    public PendingSave? Complete(DbContext context)
    {
        if (Forget(context) is not { } save)
        {
            return null;
        }

        if (save.WasSuppressed())
        {
            tracked.GiveBack(context, save.TrackedEvents);
            return null;
        }

        return save.IsEmpty ? null : save;
    }

    /// <summary>Ends a save that has failed; the events that were tracked with it wait for the next one.</summary>
    public PendingSave? Abandon(DbContext context)
    {
        var save = Forget(context);
        tracked.GiveBack(context, save?.TrackedEvents ?? []);
        return save;
    }

    /// <summary>Forgets the events of a transaction that is undone.</summary>
    public void RolledBack(DbContext? context, DbTransaction transaction) => tracked.RolledBack(context, transaction);

    private PendingSave? Forget(DbContext context)
    {
        if (Of(context) is not { } save)
        {
            return null;
        }

        _saves.Remove(context);
        save.Unfollow();
        save.Restore();
        return save;
    }
}
