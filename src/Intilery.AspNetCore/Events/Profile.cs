using System.Text.Json;

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

    /// <summary>Returns this profile with what another one says in place of its own.</summary>
    public Profile With(Profile told) => new()
    {
        FirstName = told.FirstName ?? FirstName,
        LastName = told.LastName ?? LastName,
        Email = told.Email ?? Email,
        Phone = told.Phone ?? Phone,
        Username = told.Username ?? Username,
        Title = told.Title ?? Title,
    };

    /// <summary>Returns the trait of a reserved name, if it is one of these and told.</summary>
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

    public void WriteTraits(PropertyWriter traits)
    {
        traits.Text(_firstName, FirstName);
        traits.Text(_lastName, LastName);
        traits.Text(_email, Email);
        traits.Text(_phone, Phone);
        traits.Text(_username, Username);
        traits.Text(_title, Title);
    }
}
