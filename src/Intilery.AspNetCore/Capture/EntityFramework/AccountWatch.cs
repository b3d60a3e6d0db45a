using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Watches the rows that are accounts: made, and deleted, softly too.</summary>
/// <param name="key">The account's id.</param>
/// <param name="name">The account's name, if it has one.</param>
/// <param name="flag">What marks a row as deleted, if rows are kept.</param>
internal sealed class AccountWatch(IProperty key, MappedValue? name, (IProperty Column, Func<object?, bool> IsSet)? flag) : EntityWatch
{
    public override void Note(EntityEntry entry, SaveNotes notes)
    {
        if (entry.State == EntityState.Added)
        {
            notes.Add(new AccountNote(this, entry, notes, wasThere: false, null));
        }
        else if (IsThere(entry.OriginalValues) && (entry.State == EntityState.Deleted || !IsThere(entry.CurrentValues)))
        {
            // Now, as long as the row's own values are known. That it is deleted after all is read after the save.
            notes.Add(new AccountNote(this, entry, notes, wasThere: true, MappedValue.Text(name?.Original(entry))));
        }
    }

    public string? IdOf(EntityEntry entry) => KeyText.Of(entry.CurrentValues[key]);

    public string? NameOf(EntityEntry entry) => MappedValue.Text(name?.Current(entry));

    /// <summary>Whether a row is an account that was not deleted.</summary>
    public bool IsThere(PropertyValues row) => flag is not { } mapped || !mapped.IsSet(row[mapped.Column]);
}
