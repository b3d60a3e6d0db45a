namespace Intilery.AspNetCore;

/// <summary>
/// The endpoint sends an invite: an <see cref="Events.InviteSent"/> of the signed-in user. <c>InviteeEmail</c> must be found.
/// </summary>
/// <example><code>[HttpPost("invites"), TrackInviteSent(InviteeEmailFrom = "input.Email", InviteeRole = "Member")]</code></example>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class TrackInviteSentAttribute : LifecycleEventAttribute
{
    /// <summary>
    /// Gets or sets the e-mail address of the person invited (<c>invitee_email</c>). Default: found by name, else left out.
    /// </summary>
    public string? InviteeEmail { get; set; }

    /// <summary>Gets or sets the path of the e-mail address of the person invited.</summary>
    public string? InviteeEmailFrom { get; set; }

    /// <summary>
    /// Gets or sets the first name of the person invited (<c>invitee_first_name</c>). Default: found by name, else left out.
    /// </summary>
    public string? InviteeFirstName { get; set; }

    /// <summary>Gets or sets the path of the first name of the person invited.</summary>
    public string? InviteeFirstNameFrom { get; set; }

    /// <summary>
    /// Gets or sets the last name of the person invited (<c>invitee_last_name</c>). Default: found by name, else left out.
    /// </summary>
    public string? InviteeLastName { get; set; }

    /// <summary>Gets or sets the path of the last name of the person invited.</summary>
    public string? InviteeLastNameFrom { get; set; }

    /// <summary>
    /// Gets or sets the permission group for the person invited (<c>invitee_role</c>). Default: found by name, else left out.
    /// </summary>
    public string? InviteeRole { get; set; }

    /// <summary>Gets or sets the path of the permission group for the person invited.</summary>
    public string? InviteeRoleFrom { get; set; }
}
