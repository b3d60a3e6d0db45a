using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Watches users: made, confirmed, told more of, deleted and brought back.</summary>
/// <param name="key">The user's id.</param>
/// <param name="properties">What tells of the person.</param>
/// <param name="isThere">Which rows are users, where the application deletes them softly.</param>
internal sealed class UserWatch(IProperty key, UserProperties properties, RowRule? isThere) : EntityWatch
{
    private readonly IProperty? _confirmed = key.DeclaringType is IEntityType type ? type.FindProperty(nameof(IdentityUser.EmailConfirmed)) : null;

    public override bool SeesUnchanged => properties.HasOwned;

    public UserProperties Properties => properties;

    /// <summary>Gets where the users' e-mail addresses are; <see langword="null"/> if in no column.</summary>
    public MembershipSource? Addresses { get; init; }

    public override void Note(EntityEntry entry, SaveNotes notes)
    {
        var awaitsConfirmation = notes.Options.SignUp.When == SignUpMoment.EmailConfirmed && _confirmed is not null;
        switch (entry.State)
        {
            case EntityState.Added:
                notes.Memberships.Add(entry.Property(key).IsTemporary ? null : entry.CurrentValues[key]);
                notes.Add(new UserNote(this, entry, notes) { Creates = true, AwaitsConfirmation = awaitsConfirmation && !IsConfirmed(entry.CurrentValues) });
                break;
            case EntityState.Deleted:
                notes.Add(new UserNote(this, entry, notes) { Deletes = true });
                notes.Memberships.Touch(new PersonTouch(entry, IsThere(entry.OriginalValues), IsThere), entry.OriginalValues[key]);
                break;
            default:
                NoteChange(entry, notes, awaitsConfirmation && !IsConfirmed(entry.OriginalValues) && IsConfirmed(entry.CurrentValues));
                break;
        }
    }

    public string? IdOf(PropertyValues values) => KeyText.Of(values[key]);

    public bool IsConfirmed(PropertyValues values) => values[_confirmed!] is true;

    private void NoteChange(EntityEntry entry, SaveNotes notes, bool confirms)
    {
        if (isThere is not null && IsThere(entry.OriginalValues) != IsThere(entry.CurrentValues))
        {
            notes.Memberships.Touch(new PersonTouch(entry, IsThere(entry.OriginalValues), IsThere), entry.OriginalValues[key]);
        }

        var changes = properties.HasChanged(entry);
        if (changes || confirms)
        {
            notes.Add(new UserNote(this, entry, notes) { Changes = changes, Confirms = confirms, Known = properties.Known(entry) });
        }

        if (confirms)
        {
            // The account was joined earlier, perhaps; the sign-up is only told now.
            notes.Memberships.LookUp(entry.OriginalValues[key]);
        }
    }

    private bool IsThere(PropertyValues? row) => row is not null && isThere?.IncludesRow(row) != false;
}
