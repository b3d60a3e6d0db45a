namespace Intilery.AspNetCore.Events;

/// <summary>A user signed up for the service. <see cref="LifecycleEvent.GroupId"/> is the id of the account the user is joining.</summary>
public sealed record SignedUp : LifecycleEvent
{
    internal static readonly EventDefinition Specification = new(
        EventNames.SignedUp,
        rank: 1,
        () => new SignedUp(),
        EventProperty.Text<SignedUp>(nameof(Type), "type", it => it.Type, (it, type) => it with { Type = type }),
        Personal(
            nameof(FirstName), "first_name", it => it.FirstName, (it, name) => it with { FirstName = name }, ["FirstName", "GivenName"]),
        Personal(
            nameof(LastName),
            "last_name",
            it => it.LastName,
            (it, name) => it with { LastName = name },
            ["LastName", "Surname", "FamilyName"]),
        Personal(nameof(Email), "email", it => it.Email, (it, email) => it with { Email = email }, ["Email", "EmailAddress"]),
        Personal(nameof(Phone), "phone", it => it.Phone, (it, phone) => it with { Phone = phone }, ["PhoneNumber"], ["Phone"]),
        Personal(nameof(Username), "username", it => it.Username, (it, name) => it with { Username = name }, ["UserName"]),
        Personal(nameof(Title), "title", it => it.Title, (it, title) => it with { Title = title }, ["JobTitle"], ["Title"]));

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

    internal override EventDefinition Definition => Specification;

    /// <summary>Gets the profile of the person.</summary>
    internal Profile Profile =>
        new() { FirstName = FirstName, LastName = LastName, Email = Email, Phone = Phone, Username = Username, Title = Title };

    /// <summary>Creates the sign-up of a person.</summary>
    internal static SignedUp Of(Profile profile) => new()
    {
        FirstName = profile.FirstName,
        LastName = profile.LastName,
        Email = profile.Email,
        Phone = profile.Phone,
        Username = profile.Username,
        Title = profile.Title,
    };

    private static EventProperty Personal(
        string member, string name, Func<SignedUp, string?> get, Func<SignedUp, string?, SignedUp> set, params string[][] foundBy) =>
        EventProperty.Text(member, name, get, set, isPersonal: true, isEmail: member == nameof(Email), foundBy: foundBy);
}

/// <summary>A user signed in to the service.</summary>
public sealed record SignedIn : LifecycleEvent
{
    internal static readonly EventDefinition Specification = new(
        EventNames.SignedIn,
        rank: 5,
        () => new SignedIn(),
        EventProperty.Text<SignedIn>(
            nameof(Username), "username", it => it.Username, (it, name) => it with { Username = name }, isPersonal: true))
    {
        PrefersResult = true,
    };

    /// <summary>Initializes a new instance of the <see cref="SignedIn"/> record.</summary>
    public SignedIn()
        : base(EventNames.SignedIn)
    {
    }

    /// <summary>Gets the user name of the user signing in (<c>username</c>).</summary>
    public string? Username { get; init; }

    internal override EventDefinition Definition => Specification;
}

/// <summary>A user signed out of the service.</summary>
public sealed record SignedOut : LifecycleEvent
{
    internal static readonly EventDefinition Specification = new(
        EventNames.SignedOut,
        rank: 9,
        () => new SignedOut(),
        EventProperty.Text<SignedOut>(
            nameof(Username), "username", it => it.Username, (it, name) => it with { Username = name }, isPersonal: true));

    /// <summary>Initializes a new instance of the <see cref="SignedOut"/> record.</summary>
    public SignedOut()
        : base(EventNames.SignedOut)
    {
    }

    /// <summary>Gets the user name of the user signing out (<c>username</c>).</summary>
    public string? Username { get; init; }

    internal override EventDefinition Definition => Specification;
}
