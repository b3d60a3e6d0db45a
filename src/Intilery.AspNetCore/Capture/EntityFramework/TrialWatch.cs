using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Watches the rows that hold trials.</summary>
internal sealed class TrialWatch(TrialReader reader) : EntityWatch
{
    public TrialReader Reader => reader;

    public override void Note(EntityEntry entry, SaveNotes notes)
    {
        var before = entry.State == EntityState.Added ? TrialState.None : reader.Original(entry);
        if (entry.State != EntityState.Modified || before != reader.Current(entry))
        {
            notes.Add(new TrialNote(this, entry, notes, before));
        }
    }
}
