using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.Identity;

/// <summary>Which mapped properties of a user entity tell of the person: Identity's own, and those that are plainly named.</summary>
internal sealed class UserProperties
{
    private readonly IProperty? _firstName;
    private readonly IProperty? _lastName;
    private readonly IProperty? _email;
    private readonly IProperty? _phone;
    private readonly IProperty? _username;
    private readonly IProperty? _title;

    public UserProperties(IEntityType type)
    {
        _firstName = Find(type, "FirstName", "GivenName", "Forename");
        _lastName = Find(type, "LastName", "Surname", "FamilyName");
        _email = Find(type, nameof(IdentityUser.Email));
        _phone = Find(type, nameof(IdentityUser.PhoneNumber));
        _username = Find(type, nameof(IdentityUser.UserName));
        _title = Find(type, "Title");
    }

    public Profile Read(PropertyValues values) => new()
    {
        FirstName = Current(values, _firstName),
        LastName = Current(values, _lastName),
        Email = Current(values, _email),
        Phone = Current(values, _phone),
        Username = Current(values, _username),
        Title = Current(values, _title),
    };

    /// <summary>Whether a value differs from the row's: UserManager marks every property as modified whatever it changed.</summary>
    public bool HasChanged(EntityEntry entry) =>
        IsChanged(entry, _firstName) || IsChanged(entry, _lastName) || IsChanged(entry, _email)
        || IsChanged(entry, _phone) || IsChanged(entry, _username) || IsChanged(entry, _title);

    private static IProperty? Find(IEntityType type, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (type.FindProperty(name) is { } property && property.ClrType == typeof(string))
            {
                return property;
            }
        }

        return null;
    }

    private static string? Current(PropertyValues values, IProperty? property) =>
        property is null ? null : EventText.Captured((string?)values[property]);

    private static bool IsChanged(EntityEntry entry, IProperty? property) =>
        property is not null && !Equals(entry.OriginalValues[property], entry.CurrentValues[property]);
}
