using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Watches users: made, confirmed, changed in their profile, deleted and brought back.</summary>
/// <param name="key">The user's id.</param>
/// <param name="properties">The profile.</param>
/// <param name="isThere">Which rows are users, where the application deletes them softly.</param>
internal sealed class UserWatch(IProperty key, UserProperties properties, RowRule? isThere) : EntityWatch
{
    private static readonly string[] _guestNames = ["guest", "anonymous", "visitor"];

    private readonly IProperty? _confirmed = key.DeclaringType is IEntityType type
        ? type.FindProperty(nameof(IdentityUser.EmailConfirmed))
        : null;

    public override bool SeesUnchanged => properties.HasOwned;

    public UserProperties Properties => properties;

    /// <summary>Gets the column of the user's id.</summary>
    public IProperty Key => key;

    public IEntityType Type => (IEntityType)key.DeclaringType;

    /// <summary>Gets where the users' e-mail addresses are; <see langword="null"/> if in no column.</summary>
    public MembershipSource? Addresses { get; init; }

    public override IEnumerable<IProperty> Columns => [key, .. properties.Columns, .. Flags];

    // The columns that are no part of the profile.
    private IEnumerable<IProperty> Flags => new[] { _confirmed, isThere?.Column }.OfType<IProperty>();

    public override bool IsTouchedBy(EntityEntry entry) => entry.State switch
    {
        EntityState.Added or EntityState.Deleted => true,
        EntityState.Modified => properties.IsWritten(entry) || Flags.Any(flag => ChangedRow.Writes(entry, flag)),
        _ => properties.IsOwnedWritten(entry),
    };

    public override void Note(ChangedRow row, PendingSave save)
    {
        var awaitsConfirmation = save.Options.SignUp.When == SignUpMoment.EmailConfirmed && _confirmed is not null;
        switch (row.State)
        {
            case EntityState.Added:
                save.Memberships.AddCreated(row, key);
                save.Add(
                    new UserChange(this, row, save) { Creates = true, AwaitsConfirmation = awaitsConfirmation && !IsConfirmed(row.After!) });
                break;
            case EntityState.Deleted:
                save.Add(new UserChange(this, row, save));
                save.Memberships.Add(new UserRowChange(row, IsThere(row.Before), IsThere), row.Entry.CurrentValues[key]);
                break;
            default:
                NoteChange(row, save, awaitsConfirmation && !IsConfirmed(row.Before!) && IsConfirmed(row.Entry.CurrentValues));
                break;
        }
    }

    public string? IdOf(EntityEntry entry) => IdOf(entry.CurrentValues);

    public string? IdOf(PropertyValues values) => KeyText.Of(values[key]);

    public bool IsConfirmed(PropertyValues values) => values[_confirmed!] is true;

    /// <summary>Returns the person of a stored row; <see langword="null"/> if it has no id.</summary>
    public StoredUser? Read(EntityEntry entry, IntileryOptions options)
    {
        var values = entry.CurrentValues;
        if (IdOf(values) is not { } id)
        {
            return null;
        }

        var whole = properties.Read(entry);
        return new StoredUser(id, whole.Only(properties.Visible(options.Privacy)))
        {
            CreatedAt = StoredDate.CreationOf(entry),
            IsExcluded = options.Exclude.HasDomainOf(whole.Email),
            LeftOutFor = !IsThere(values) ? Reasons.Deleted
                : options.SignUp.When == SignUpMoment.EmailConfirmed
                    && _confirmed is not null
                    && !IsConfirmed(values) ? Reasons.EmailUnconfirmed
                : IsGuest(values, whole) ? Reasons.Guest
                : null,
        };
    }

    /// <summary>
    /// Whether the row is plainly a guest's: nothing by which the person could be found again, and no name that a person has chosen.
    /// </summary>
    public static bool IsGuest(PropertyValues values, Profile row) =>
        HasPassword(values) == false
        && row is { Email: null, Phone: null }
        && (row.Username is not { } name
            || Array.Exists(_guestNames, guest => name.StartsWith(guest, StringComparison.OrdinalIgnoreCase))
            || name.Split('_', '.', ':', ' ', '|').Any(part => Guid.TryParse(part, out _)));

    /// <summary>Whether the row has a password; <see langword="null"/> if it has no place for one.</summary>
    public static bool? HasPassword(PropertyValues values) =>
        values.StructuralType.FindProperty(nameof(IdentityUser.PasswordHash)) is { } hash ? values[hash] is not null : null;

    private void NoteChange(ChangedRow row, PendingSave save, bool confirms)
    {
        var id = row.Entry.CurrentValues[key];
        if (isThere is not null && IsThere(row.Before) != IsThere(row.After))
        {
            save.Memberships.Add(new UserRowChange(row, IsThere(row.Before), IsThere), id);
        }

        var changes = properties.HasChanged(row);
        if (changes || confirms)
        {
            save.Add(new UserChange(this, row, save) { Changes = changes, Confirms = confirms, Known = properties.Known(row) });
        }

        if (confirms)
        {
            // The account was joined earlier, perhaps; the sign-up is only captured now.
            save.Memberships.LookUp(id);
        }
    }

    private bool IsThere(PropertyValues? row) => row is not null && isThere?.IncludesRow(row) != false;
}

/// <summary>A user as a stored row has it.</summary>
/// <param name="Id">The user's id.</param>
/// <param name="Profile">The profile, reduced to the members that may be sent.</param>
internal sealed record StoredUser(string Id, Profile Profile)
{
    /// <summary>Gets when the user was made; <see langword="null"/> if the model has no such column.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Gets a value indicating whether the options exclude the person, also by members that may not be sent.</summary>
    public bool IsExcluded { get; init; }

    /// <summary>Gets the reason for which the row is no user who has signed up; <see langword="null"/> if it is.</summary>
    public string? LeftOutFor { get; init; }
}

/// <summary>A user whom a save makes, changes or deletes.</summary>
internal sealed class UserChange(UserWatch watch, ChangedRow changed, PendingSave save) : ISavedChangeSource
{
    public bool Creates { get; init; }

    /// <summary>Gets a value indicating whether the new user signs up only when the e-mail address is confirmed.</summary>
    public bool AwaitsConfirmation { get; init; }

    public bool Changes { get; init; }

    public bool Confirms { get; init; }

    public bool IsSignUp => Creates || Confirms;

    /// <summary>Gets which members of the profile the row had.</summary>
    public ProfileMembers Known { get; init; }

    public IEnumerable<FoundChange> Read()
    {
        var (entry, now) = (changed.Entry, save.Time.GetUtcNow());
        if (watch.IdOf(changed.Values) is not { } id)
        {
            yield break;
        }

        if (changed.IsDeleted)
        {
            yield return new FoundChange(new UserDeleted { Key = MessageIds.Next(), UserId = id, At = now }, entry, row => row is null);
            yield break;
        }

        var whole = watch.Properties.Read(changed);
        var isExcluded = save.Options.Exclude.HasDomainOf(whole.Email);
        var visible = watch.Properties.Visible(save.Options.Privacy);
        var profile = whole.Only(visible);
        if (Creates)
        {
            // It may have been changed since, in the same transaction.
            yield return new FoundChange(
                Located(new UserCreated
                {
                    Key = MessageIds.Next(),
                    UserId = id,
                    At = now,
                    Profile = profile,
                    AwaitsConfirmation = AwaitsConfirmation,
                    IsExcluded = isExcluded,
                    HasPassword = UserWatch.HasPassword(changed.After!), IsGuest = UserWatch.IsGuest(changed.After!, whole),
                }),
                entry,
                row => row is not null);
        }

        if (Confirms)
        {
            var confirmed = new UserConfirmed
            {
                Key = UserConfirmed.OnceKey,
                UserId = id,
                At = now,
                Profile = profile,
                GroupId = save.Memberships.AccountOf(id),
                IsExcluded = isExcluded,
            };
            yield return new FoundChange(
                confirmed.GroupId is null ? Located(confirmed) : confirmed,
                entry,
                row => row is not null && watch.IsConfirmed(row));
        }

        if (Changes)
        {
            yield return new FoundChange(
                new ProfileChanged
                {
                    Key = MessageIds.Next(),
                    UserId = id,
                    At = now,
                    Profile = profile with { Cleared = Known & visible & ~profile.Members },
                    IsExcluded = isExcluded,
                },
                entry,
                row => row is not null && watch.Properties.Read(entry, row) == whole);
        }
    }

    private CapturedFact Located(CapturedFact signUp) => save.SignUpQuestion is { } question ? signUp.Asking(question) : signUp;
}
