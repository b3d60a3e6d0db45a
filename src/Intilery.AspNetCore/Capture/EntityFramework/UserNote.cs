using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>A user that a save makes or changes.</summary>
internal sealed class UserNote(UserWatch watch, EntityEntry entry, SaveNotes notes) : INotedChange
{
    public bool Creates { get; init; }

    /// <summary>Gets a value indicating whether the new user signs up only when the e-mail address is confirmed.</summary>
    public bool AwaitsConfirmation { get; init; }

    public bool Changes { get; init; }

    public bool Deletes { get; init; }

    public bool Confirms { get; init; }

    /// <summary>Gets which members of the profile the row had.</summary>
    public ProfileMembers Known { get; init; }

    public IEnumerable<FoundChange> Read()
    {
        // The application's own interceptor may have kept one that was deleted, or taken back one that was made.
        if (watch.IdOf(entry.CurrentValues) is not { } id || EntityWatch.IsGone(entry) != Deletes)
        {
            yield break;
        }

        if (Deletes)
        {
            yield return new FoundChange(new UserDeleted { Key = MessageIds.Next(), UserId = id, At = notes.Time.GetUtcNow() }, entry, row => row is null);
            yield break;
        }

        var (whole, now) = (watch.Properties.Read(entry), notes.Time.GetUtcNow());
        var isExcluded = notes.Options.Exclude.HasDomainOf(whole.Email);
        var visible = watch.Properties.Visible(notes.Options.Privacy);
        var profile = whole.Only(visible);
        if (Creates)
        {
            // It may have been changed since, in the same transaction.
            yield return new FoundChange(
                Located(new UserCreated
                {
                    Key = MessageIds.Next(), UserId = id, At = now, Profile = profile, AwaitsConfirmation = AwaitsConfirmation, IsExcluded = isExcluded,
                }),
                entry,
                row => row is not null);
        }

        if (Confirms)
        {
            var confirmed = new UserConfirmed
            {
                Key = UserConfirmed.OnceKey, UserId = id, At = now, Profile = profile, GroupId = notes.Memberships.AccountOf(id), IsExcluded = isExcluded,
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
                    Key = MessageIds.Next(), UserId = id, At = now, Profile = profile with { Cleared = Known & visible & ~profile.Members }, IsExcluded = isExcluded,
                },
                entry,
                row => row is not null && watch.Properties.Read(entry, row) == whole);
        }
    }

    private CapturedFact Located(CapturedFact signUp) => notes.SignUpQuestion is { } question ? signUp.Asking(question) : signUp;
}
