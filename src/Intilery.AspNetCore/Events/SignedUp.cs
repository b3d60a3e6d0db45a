using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>A user signed up for the service. <see cref="LifecycleEvent.GroupId"/> is the id of the account the user is joining.</summary>
public sealed record SignedUp : LifecycleEvent
{
    private static readonly JsonEncodedText _type = JsonEncodedText.Encode("type");
    private static readonly JsonEncodedText _firstName = JsonEncodedText.Encode("first_name");
    private static readonly JsonEncodedText _lastName = JsonEncodedText.Encode("last_name");
    private static readonly JsonEncodedText _email = JsonEncodedText.Encode("email");
    private static readonly JsonEncodedText _phone = JsonEncodedText.Encode("phone");
    private static readonly JsonEncodedText _username = JsonEncodedText.Encode("username");
    private static readonly JsonEncodedText _title = JsonEncodedText.Encode("title");

    /// <summary>Initializes a new instance of the <see cref="SignedUp"/> record.</summary>
    public SignedUp()
        : base(EventNames.SignedUp)
    {
    }

    /// <summary>Gets the type of sign-up, for example <c>invited</c> or <c>organic</c> (<c>type</c>).</summary>
    public string? Type { get; init; }

    /// <summary>Gets the first name of the user (<c>first_name</c>).</summary>
    public string? FirstName { get; init; }

    /// <summary>Gets the last name of the user (<c>last_name</c>).</summary>
    public string? LastName { get; init; }

    /// <summary>Gets the e-mail address of the user (<c>email</c>).</summary>
    public string? Email { get; init; }

    /// <summary>Gets the phone number of the user (<c>phone</c>).</summary>
    public string? Phone { get; init; }

    /// <summary>Gets the user name of the user (<c>username</c>).</summary>
    public string? Username { get; init; }

    /// <summary>Gets the title of the user (<c>title</c>).</summary>
    public string? Title { get; init; }

    internal override void WriteProperties(PropertyWriter properties)
    {
        properties.Text(_type, Type);
        properties.Text(_firstName, FirstName);
        properties.Text(_lastName, LastName);
        properties.Text(_email, Email);
        properties.Text(_phone, Phone);
        properties.Text(_username, Username);
        properties.Text(_title, Title);
    }
}
