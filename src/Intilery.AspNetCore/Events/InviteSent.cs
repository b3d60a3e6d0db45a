using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>A user invited another user. <see cref="LifecycleEvent.UserId"/> is the person who invites.</summary>
public sealed record InviteSent : LifecycleEvent
{
    private static readonly JsonEncodedText _inviteeEmail = JsonEncodedText.Encode("invitee_email");
    private static readonly JsonEncodedText _inviteeFirstName = JsonEncodedText.Encode("invitee_first_name");
    private static readonly JsonEncodedText _inviteeLastName = JsonEncodedText.Encode("invitee_last_name");
    private static readonly JsonEncodedText _inviteeRole = JsonEncodedText.Encode("invitee_role");

    /// <summary>Initializes a new instance of the <see cref="InviteSent"/> record.</summary>
    public InviteSent()
        : base(EventNames.InviteSent)
    {
    }

    /// <summary>Gets the e-mail address of the person receiving the invite (<c>invitee_email</c>).</summary>
    public string? InviteeEmail { get; init; }

    /// <summary>Gets the first name of the person receiving the invite (<c>invitee_first_name</c>).</summary>
    public string? InviteeFirstName { get; init; }

    /// <summary>Gets the last name of the person receiving the invite (<c>invitee_last_name</c>).</summary>
    public string? InviteeLastName { get; init; }

    /// <summary>Gets the permission group for the person receiving the invite (<c>invitee_role</c>).</summary>
    public string? InviteeRole { get; init; }

    internal override void WriteProperties(PropertyWriter properties)
    {
        properties.Text(_inviteeEmail, InviteeEmail);
        properties.Text(_inviteeFirstName, InviteeFirstName);
        properties.Text(_inviteeLastName, InviteeLastName);
        properties.Text(_inviteeRole, InviteeRole);
    }
}
