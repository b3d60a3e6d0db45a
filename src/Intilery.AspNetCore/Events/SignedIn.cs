using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>A user signed in to the service.</summary>
public sealed record SignedIn : LifecycleEvent
{
    private static readonly JsonEncodedText _username = JsonEncodedText.Encode("username");

    /// <summary>Initializes a new instance of the <see cref="SignedIn"/> record.</summary>
    public SignedIn()
        : base(EventNames.SignedIn)
    {
    }

    /// <summary>Gets the user name of the user signing in (<c>username</c>).</summary>
    public string? Username { get; init; }

    internal override void WriteProperties(PropertyWriter properties)
    {
        properties.Text(_username, Username);
    }
}
