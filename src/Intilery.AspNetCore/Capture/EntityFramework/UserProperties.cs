using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>The profile properties of a user entity: the mapped ones, else Identity's own and those with conventional names.</summary>
internal sealed class UserProperties
{
    private static readonly (ProfileMembers Member, string[] Names)[] _conventions =
    [
        (ProfileMembers.FirstName, ["FirstName", "GivenName", "Forename"]),
        (ProfileMembers.LastName, ["LastName", "Surname", "FamilyName"]),
        (ProfileMembers.Email, [nameof(IdentityUser.Email)]),
        (ProfileMembers.Phone, [nameof(IdentityUser.PhoneNumber)]),
        (ProfileMembers.Username, [nameof(IdentityUser.UserName)]),
        (ProfileMembers.Title, ["Title"]),
    ];

    private readonly Dictionary<ProfileMembers, MappedValue> _values = [];

    public UserProperties(IEntityType type, UserMapping? mapping)
    {
        foreach (var (member, names) in _conventions)
        {
            if (mapping?.Of(member) is { } mapped)
            {
                _values.Add(member, new MappedValue(mapped, type));
            }
            else if (names.Select(type.FindProperty).FirstOrDefault(property => property?.ClrType == typeof(string)) is { } property)
            {
                _values.Add(member, new MappedValue(property));
            }
        }

        Unmarked = _values.Where(value => !value.Value.IsPersonalData).Aggregate(
            ProfileMembers.None, (members, value) => members | value.Key);
        HasOwned = _values.Values.Any(value => value.IsOwned);
    }

    // The members of the profile that are not marked as personal data.
    private ProfileMembers Unmarked { get; }

    /// <summary>Gets a value indicating whether something is in an entity that the user owns.</summary>
    public bool HasOwned { get; }

    /// <summary>Returns the entity's current values.</summary>
    public Profile Read(EntityEntry entry)
    {
        // EF Core makes them anew whenever it is asked.
        var values = entry.CurrentValues;
        return Read(value => value.Current(entry, values));
    }

    /// <summary>Returns the current values of the entity of a row.</summary>
    public Profile Read(ChangedRow row) => Read(value => value.Current(row.Entry, row.Values));

    /// <summary>Returns the values of a row of the entity.</summary>
    public Profile Read(EntityEntry entry, PropertyValues row) => Read(value => value.In(row, entry));

    /// <summary>Returns the row's values when it was read or last saved, as far as they are known, whatever the entity has now.</summary>
    public Profile ReadTracked(EntityEntry entry) => Read(value => value.Tracked(entry));

    /// <summary>Gets the columns that the profile is read from.</summary>
    public IEnumerable<IProperty> Columns => _values.Values.SelectMany(value => value.Columns);

    /// <summary>Whether a save of the entity, as it is now, writes what the profile is read from.</summary>
    public bool IsWritten(EntityEntry entry) => _values.Values.Any(value => value.IsWritten(entry));

    /// <summary>Whether a save writes into an entity that the user owns.</summary>
    public bool IsOwnedWritten(EntityEntry entry) => _values.Values.Any(value => value.IsOwned && value.IsWritten(entry));

    /// <summary>Returns the members of the profile that may be sent.</summary>
    public ProfileMembers Visible(IntileryPrivacyOptions privacy) =>
        privacy.PersonalData == PersonalDataPolicy.Exclude ? Unmarked : ProfileMembers.All;

    /// <summary>Returns which members of the profile the row had before the change, or may have had.</summary>
    public ProfileMembers Known(ChangedRow row) => _values
        .Where(pair => pair.Value.IsReplaced(row))
        .Aggregate(Read(value => value.Before(row)).Members, (known, pair) => known | pair.Key);

    /// <summary>Whether a value differs from the row's: UserManager marks every property as modified whatever it changed.</summary>
    public bool HasChanged(ChangedRow row) => _values.Values.Any(value => !Equals(value.Before(row), value.Current(row.Entry)));

    private Profile Read(Func<MappedValue, object?> read)
    {
        return new Profile
        {
            FirstName = Text(ProfileMembers.FirstName),
            LastName = Text(ProfileMembers.LastName),
            Email = Text(ProfileMembers.Email),
            Phone = Text(ProfileMembers.Phone),
            Username = Text(ProfileMembers.Username),
            Title = Text(ProfileMembers.Title),
        };

        string? Text(ProfileMembers member) => _values.TryGetValue(member, out var value) ? MappedValue.Text(read(value)) : null;
    }
}
