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
            .Select(candidate => candidate.Read(candidate.Entry) is { } happening ? new SavedChange(candidate.Entry, happening) : null)
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

    public void Committed(DbTransaction transaction) => Guard(() =>
    {
        var (changes, isDoubtful) = open.Take(transaction);
        Report(isDoubtful ? changes.Where(change => Remains(change, change.Entry.GetDatabaseValues() is not null)) : changes);
    });

    public async Task CommittedAsync(DbTransaction transaction)
    {
        try
        {
            var (changes, isDoubtful) = open.Take(transaction);
            foreach (var change in changes)
            {
                if (!isDoubtful || Remains(change, await change.Entry.GetDatabaseValuesAsync().ConfigureAwait(false) is not null))
                {
                    scopes.Record(change.Happening);
                }
            }
        }
        catch (Exception exception)
        {
            // The host has committed; what it did stands whatever becomes of our event.
            diagnostics.Failed("observing a commit", exception);
        }
    }

    public void RolledBack(DbTransaction transaction) => Guard(() => Undone(open.Take(transaction).Changes));

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

    private bool Remains(SavedChange change, bool isInDatabase)
    {
        if (!isInDatabase)
        {
            diagnostics.Suppressed(change.Happening.GetType().Name, Reasons.RolledBack);
        }

        return isInDatabase;
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
