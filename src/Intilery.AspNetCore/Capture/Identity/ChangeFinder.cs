using Intilery.AspNetCore.Capture.Entities;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Capture.Identity;

/// <summary>Finds in a context what a save is about to change of what is watched.</summary>
internal sealed class ChangeFinder(WatchedModels models, LiveOptions options, TimeProvider time)
{
    /// <summary>Returns what may mean something, or <see langword="null"/>. A model that holds nothing watched costs a look-up.</summary>
    public SaveNotes? Find(DbContext context)
    {
        var model = models.Of(context.Model);
        if (model.IsEmpty)
        {
            return null;
        }

        SaveNotes? notes = null;
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
                    watch.Note(entry, notes ??= new SaveNotes(context, options.Current, time));
                }
            }
        }

        return notes?.IsEmpty == false ? notes : null;
    }
}
