using System.Text.Json;
using System.Text.Json.Serialization;

namespace Intilery.AspNetCore.Events;

/// <summary>What is known of a person: the properties of Signed Up, and the reserved traits of identify.</summary>
internal sealed record Profile
{
    private static readonly JsonEncodedText _firstName = JsonEncodedText.Encode("firstName");
    private static readonly JsonEncodedText _lastName = JsonEncodedText.Encode("lastName");
    private static readonly JsonEncodedText _email = JsonEncodedText.Encode("email");
    private static readonly JsonEncodedText _phone = JsonEncodedText.Encode("phone");
    private static readonly JsonEncodedText _username = JsonEncodedText.Encode("username");
    private static readonly JsonEncodedText _title = JsonEncodedText.Encode("title");

    public static Profile Empty { get; } = new();

    public string? FirstName { get; init; }

    public string? LastName { get; init; }

    public string? Email { get; init; }

    public string? Phone { get; init; }

    public string? Username { get; init; }

    public string? Title { get; init; }

    /// <summary>Gets the members whose value was removed: identify sends them as <c>null</c>, so that Intilery deletes them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ProfileMembers Cleared { get; init; }

    /// <summary>Gets the members that have a value.</summary>
    [JsonIgnore]
    public ProfileMembers Members =>
        Has(FirstName, ProfileMembers.FirstName) | Has(LastName, ProfileMembers.LastName) | Has(Email, ProfileMembers.Email)
        | Has(Phone, ProfileMembers.Phone) | Has(Username, ProfileMembers.Username) | Has(Title, ProfileMembers.Title);

    /// <summary>Returns this profile, overridden by the values of another one.</summary>
    public Profile With(Profile newer) => new()
    {
        FirstName = newer.FirstName ?? Kept(FirstName, newer, ProfileMembers.FirstName),
        LastName = newer.LastName ?? Kept(LastName, newer, ProfileMembers.LastName),
        Email = newer.Email ?? Kept(Email, newer, ProfileMembers.Email),
        Phone = newer.Phone ?? Kept(Phone, newer, ProfileMembers.Phone),
        Username = newer.Username ?? Kept(Username, newer, ProfileMembers.Username),
        Title = newer.Title ?? Kept(Title, newer, ProfileMembers.Title),
        Cleared = (Cleared | newer.Cleared) & ~newer.Members,
    };

    /// <summary>Returns this profile, reduced to these members.</summary>
    public Profile Only(ProfileMembers members) => members == ProfileMembers.All ? this : new()
    {
        FirstName = (members & ProfileMembers.FirstName) != 0 ? FirstName : null,
        LastName = (members & ProfileMembers.LastName) != 0 ? LastName : null,
        Email = (members & ProfileMembers.Email) != 0 ? Email : null,
        Phone = (members & ProfileMembers.Phone) != 0 ? Phone : null,
        Username = (members & ProfileMembers.Username) != 0 ? Username : null,
        Title = (members & ProfileMembers.Title) != 0 ? Title : null,
        Cleared = Cleared & members,
    };

    /// <summary>
    /// Returns the value of a reserved trait; <see langword="null"/> if the name is not a member of the profile, or the member has no
    /// value.
    /// </summary>
    public string? Reserved(string trait) => trait switch
    {
        "firstName" => FirstName,
        "lastName" => LastName,
        "email" => Email,
        "phone" => Phone,
        "username" => Username,
        "title" => Title,
        _ => null,
    };

    /// <summary>Returns the property of Signed Up that corresponds to a reserved trait, or <see langword="null"/>.</summary>
    public static string? PropertyOf(string trait) => trait switch
    {
        "firstName" => "first_name",
        "lastName" => "last_name",
        "email" or "phone" or "username" or "title" => trait,
        _ => null,
    };

    public void WriteTraits(PropertyWriter traits)
    {
        Write(traits, _firstName, FirstName, ProfileMembers.FirstName);
        Write(traits, _lastName, LastName, ProfileMembers.LastName);
        Write(traits, _email, Email, ProfileMembers.Email);
        Write(traits, _phone, Phone, ProfileMembers.Phone);
        Write(traits, _username, Username, ProfileMembers.Username);
        Write(traits, _title, Title, ProfileMembers.Title);
    }

    private static ProfileMembers Has(string? value, ProfileMembers member) => value is null ? ProfileMembers.None : member;

    private static string? Kept(string? value, Profile newer, ProfileMembers member) => (newer.Cleared & member) != 0 ? null : value;

    // The API stores null values, and deletes a trait by one ("Common Fields").
    private void Write(PropertyWriter traits, JsonEncodedText name, string? value, ProfileMembers member)
    {
        if (value is null && (Cleared & member) != 0)
        {
            traits.Null(name);
        }
        else
        {
            traits.Text(name, value);
        }
    }
}

/// <summary>The members of a profile.</summary>
[Flags]
internal enum ProfileMembers
{
    None = 0,
    FirstName = 1,
    LastName = 2,
    Email = 4,
    Phone = 8,
    Username = 16,
    Title = 32,
    All = FirstName | LastName | Email | Phone | Username | Title,
}
