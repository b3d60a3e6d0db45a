using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>A user signed out of the service.</summary>
public sealed record SignedOut : LifecycleEvent
{
    private static readonly JsonEncodedText _username = JsonEncodedText.Encode("username");

    /// <summary>Initializes a new instance of the <see cref="SignedOut"/> record.</summary>
    public SignedOut()
        : base(EventNames.SignedOut)
    {
    }

    /// <summary>Gets the user name of the user signing out (<c>username</c>).</summary>
    public string? Username { get; init; }

    internal override void WriteProperties(PropertyWriter properties)
    {
        properties.Text(_username, Username);
    }
}
