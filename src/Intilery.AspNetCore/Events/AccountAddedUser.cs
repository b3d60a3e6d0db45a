using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>A user was added to an account. <see cref="LifecycleEvent.UserId"/> is the member.</summary>
public sealed record AccountAddedUser : LifecycleEvent
{
    private static readonly JsonEncodedText _role = JsonEncodedText.Encode("role");

    /// <summary>Initializes a new instance of the <see cref="AccountAddedUser"/> record.</summary>
    public AccountAddedUser()
        : base(EventNames.AccountAddedUser)
    {
    }

    /// <summary>Gets the permission group for this user in this account (<c>role</c>).</summary>
    public string? Role { get; init; }

    internal override void WriteProperties(PropertyWriter properties)
    {
        properties.Text(_role, Role);
    }
}
