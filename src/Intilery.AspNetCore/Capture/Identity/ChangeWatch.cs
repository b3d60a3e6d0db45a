using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Transactions;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Intilery.AspNetCore.Capture.Identity;

/// <summary>Follows a change from the save to the commit, and reports it when nothing can undo it any more. Never throws into the host.</summary>
internal sealed class ChangeWatch(CaptureSwitch @switch, ChangeFinder finder, OpenTransactions open, CaptureScopes scopes, LifecycleDiagnostics diagnostics)
{
    private readonly ConditionalWeakTable<DbContext, IReadOnlyList<ChangeCandidate>> _saving = [];

    public void Saving(DbContext? context) => Guard(() =>
    {
        // A concurrency conflict ends a save without a callback: what it left behind is forgotten here.
        _saving.Remove(context!);
        if (finder.Find(context!) is { Count: > 0 } candidates)
        {
            _saving.Add(context!, candidates);
        }
    });

    public void NotSaved(DbContext? context) => Guard(() => _saving.Remove(context!));

    public void Saved(DbContext? context) => Guard(() =>
    {
        if (!_saving.TryGetValue(context!, out var candidates))
        {
            return;
        }

        _saving.Remove(context!);
        var saved = candidates
            .Select(candidate => candidate.Read(candidate.Entry.CurrentValues) is { } happening ? new SavedChange(candidate, happening) : null)
            .OfType<SavedChange>()
            .ToList();

        if (context!.Database.IsRelational() && context.Database.CurrentTransaction is { } transaction)
        {
            open.Add(transaction.GetDbTransaction(), saved);
        }
        else if ((context.Database.IsRelational() ? context.Database.GetEnlistedTransaction() ?? Transaction.Current : null) is { } ambient)
        {
            ambient.TransactionCompleted += (_, ended) => Guard(() =>
            {
                if (ended.Transaction?.TransactionInformation.Status == TransactionStatus.Committed)
                {
                    Report(saved);
                }
                else
                {
                    Undone(saved);
                }
            });
        }
        else
        {
            Report(saved);
        }
    });

    public void Committed(DbTransaction transaction) => Guard(() => Report(open.Take(transaction)));

    public void RolledBack(DbTransaction transaction) => Guard(() => Undone(open.Take(transaction)));

    public void Started(DbTransaction transaction) => Guard(() => open.Forget(transaction));

    public void RolledBackToSavepoint(DbTransaction transaction) => Guard(() => open.RolledBackToSavepoint(transaction));

    private void Report(IEnumerable<SavedChange> changes)
    {
        foreach (var change in changes)
        {
            scopes.Record(change.Happening);
        }
    }

    private void Undone(IReadOnlyList<SavedChange> changes)
    {
        foreach (var change in changes)
        {
            diagnostics.Suppressed(change.Happening.GetType().Name, Reasons.RolledBack);
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
}
