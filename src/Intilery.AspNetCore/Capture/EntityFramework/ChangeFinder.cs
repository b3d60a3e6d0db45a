using System.Data.Common;
using Intilery.AspNetCore.Capture.Code;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Finds in a context what a save is about to change of what is watched.</summary>
internal sealed class ChangeFinder(WatchedModels models, ToldEvents told, IOptionsMonitor<IntileryOptions> options, TimeProvider time)
{
    /// <summary>Returns what may mean something, or <see langword="null"/>. A model that holds nothing watched costs a look-up.</summary>
    public SaveNotes? Find(DbContext context)
    {
        var notes = FindTold(context);
        var model = models.Of(context.Model);
        if (model.IsEmpty)
        {
            return notes;
        }

        foreach (var entry in context.ChangeTracker.Entries())
        {
            var isUnchanged = entry.State is EntityState.Unchanged or EntityState.Detached;
            if ((isUnchanged && !model.SeesUnchanged) || model.WatchesOf(entry) is not { } watches)
            {
                continue;
            }

            foreach (var watch in watches)
            {
                if (!isUnchanged || watch.SeesUnchanged)
                {
                    watch.Note(entry, notes ??= new SaveNotes(context, options.CurrentValue, time));
                }
            }
        }

        return notes?.IsEmpty == false ? notes : null;
    }

    /// <summary>Returns the events alone that the application told the context, or <see langword="null"/>.</summary>
    public SaveNotes? FindTold(DbContext context)
    {
        if (told.Take(context) is not { Count: > 0 } events)
        {
            return null;
        }

        var notes = new SaveNotes(context, options.CurrentValue, time);
        notes.Add(events);
        return notes;
    }

    /// <summary>Keeps the events of a save that failed for the next one.</summary>
    public void GiveBack(SaveUnderWay? failed)
    {
        if (failed is not null)
        {
            told.GiveBack(failed.Notes.Context, failed.Notes.Told);
        }
    }

    /// <summary>Forgets the events of a transaction that is undone.</summary>
    public void RolledBack(DbContext? context, DbTransaction transaction) => told.RolledBack(context, transaction);
}
