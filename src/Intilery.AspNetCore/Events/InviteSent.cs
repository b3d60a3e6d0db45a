namespace Intilery.AspNetCore.Events;

/// <summary>A user invited another user. <see cref="LifecycleEvent.UserId"/> is the person who invites.</summary>
public sealed record InviteSent : LifecycleEvent
{
    internal static readonly EventDefinition Specification = new(
        EventNames.InviteSent,
        EventDefinition.OrdinaryRank,
        () => new InviteSent(),
        EventProperty.Text<InviteSent>(
            nameof(InviteeEmail),
            "invitee_email",
            it => it.InviteeEmail,
            (it, email) => it with { InviteeEmail = email },
            isRequired: true,
            mayBeList: true,
            isEmail: true,
            foundBy: [["InviteeEmail", "InvitedEmail", "InviteEmail", "RecipientEmail"], ["Email", "EmailAddress"]]),
        EventProperty.Text<InviteSent>(
            nameof(InviteeFirstName), "invitee_first_name", it => it.InviteeFirstName, (it, name) => it with { InviteeFirstName = name },
            foundBy: [["InviteeFirstName"], ["FirstName", "GivenName"]]),
        EventProperty.Text<InviteSent>(
            nameof(InviteeLastName), "invitee_last_name", it => it.InviteeLastName, (it, name) => it with { InviteeLastName = name },
            foundBy: [["InviteeLastName"], ["LastName", "Surname", "FamilyName"]]),
        EventProperty.Text<InviteSent>(
            nameof(InviteeRole), "invitee_role", it => it.InviteeRole, (it, role) => it with { InviteeRole = role }, mayBeJoined: true,
            foundBy: [["InviteeRole"], ["Role", "RoleName"]]))
    {
        // One person is invited to an account once in a scope; addresses are compared without regard to case.
        SameBy = static (it, _) => ((InviteSent)it).InviteeEmail?.ToUpperInvariant(),
    };

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

    internal override EventDefinition Definition => Specification;
}
