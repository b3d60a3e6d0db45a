
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>Says what each attribute asks for. The attributes themselves are inert.</summary>
internal static class EventTemplates
{
    private const string GroupId = "GroupId";
    private const string UserId = "UserId";

    public static EventTemplate Of(LifecycleEventAttribute attribute) => attribute switch
    {
        TrackAccountCreatedAttribute it => Template(
            it, [OwnId(it) with { MayBeArgument = false }, User(it), AccountName(it.AccountName, it.AccountNameFrom)], true,
            values => new AccountCreated
            {
                GroupId = values.Text(GroupId), UserId = values.Text(UserId), AccountName = values.Text(nameof(it.AccountName)),
            }),
        TrackAccountDeletedAttribute it => Template(
            it, [OwnId(it), User(it), AccountName(it.AccountName, it.AccountNameFrom)], false,
            values => new AccountDeleted
            {
                GroupId = values.Text(GroupId), UserId = values.Text(UserId), AccountName = values.Text(nameof(it.AccountName)),
            }),
        TrackInviteSentAttribute it => Invite(it),
        TrackTrialStartedAttribute it => Template(
            it, [Group(it), User(it), TrialId(it.TrialIdFrom), .. Trial(it.TrialStartDate, it.TrialStartDateFrom, it.TrialEndDate, it.TrialEndDateFrom, it.TrialPlanName, it.TrialPlanNameFrom)], true,
            values => new TrialStarted
            {
                GroupId = values.Text(GroupId),
                UserId = values.Text(UserId),
                TrialId = values.Text(nameof(TrialId)),
                TrialStartDate = values.Date(nameof(it.TrialStartDate)),
                TrialEndDate = values.Date(nameof(it.TrialEndDate)),
                TrialPlanName = values.Text(nameof(it.TrialPlanName)),
            }),
        TrackTrialEndedAttribute it => Template(
            it, [Group(it), User(it), TrialId(it.TrialIdFrom), .. Trial(it.TrialStartDate, it.TrialStartDateFrom, it.TrialEndDate, it.TrialEndDateFrom, it.TrialPlanName, it.TrialPlanNameFrom)], true,
            values => new TrialEnded
            {
                GroupId = values.Text(GroupId),
                UserId = values.Text(UserId),
                TrialId = values.Text(nameof(TrialId)),
                TrialStartDate = values.Date(nameof(it.TrialStartDate)),
                TrialEndDate = values.Date(nameof(it.TrialEndDate)),
                TrialPlanName = values.Text(nameof(it.TrialPlanName)),
            }),
        TrackAccountAddedUserAttribute it => Template(
            it, [Group(it), Member(it), new EventProperty(nameof(it.Role), it.Role, it.RoleFrom) { Names = PropertyNames.Role }], false,
            values => new AccountAddedUser
            {
                GroupId = values.Text(GroupId), UserId = values.Text(UserId), Role = values.Text(nameof(it.Role)),
            }),
        TrackAccountRemovedUserAttribute it => Template(
            it, [Group(it), Member(it)], false,
            values => new AccountRemovedUser { GroupId = values.Text(GroupId), UserId = values.Text(UserId) }),
        TrackSignedUpAttribute it => Template(
            it,
            [
                User(it),
                Group(it),
                new EventProperty(nameof(it.Type), it.Type, it.TypeFrom),
                new EventProperty(nameof(it.FirstName), it.FirstName, it.FirstNameFrom) { Names = PropertyNames.FirstName },
                new EventProperty(nameof(it.LastName), it.LastName, it.LastNameFrom) { Names = PropertyNames.LastName },
                new EventProperty(nameof(it.Email), it.Email, it.EmailFrom) { Names = PropertyNames.Email },
                new EventProperty(nameof(it.Phone), it.Phone, it.PhoneFrom) { Names = PropertyNames.Phone },
                new EventProperty(nameof(it.Username), it.Username, it.UsernameFrom) { Names = PropertyNames.Username },
                new EventProperty(nameof(it.Title), it.Title, it.TitleFrom) { Names = PropertyNames.Title },
            ],
            false,
            values => new SignedUp
            {
                GroupId = values.Text(GroupId),
                UserId = values.Text(UserId),
                Type = values.Text(nameof(it.Type)),
                FirstName = values.Text(nameof(it.FirstName)),
                LastName = values.Text(nameof(it.LastName)),
                Email = values.Text(nameof(it.Email)),
                Phone = values.Text(nameof(it.Phone)),
                Username = values.Text(nameof(it.Username)),
                Title = values.Text(nameof(it.Title)),
            }),
        TrackSignedInAttribute it => Template(
            it, [User(it), Group(it), new EventProperty(nameof(it.Username), it.Username, it.UsernameFrom)], true,
            values => new SignedIn { GroupId = values.Text(GroupId), UserId = values.Text(UserId), Username = values.Text(nameof(it.Username)) }),
        TrackSignedOutAttribute it => Template(
            it, [User(it), Group(it), new EventProperty(nameof(it.Username), it.Username, it.UsernameFrom)], false,
            values => new SignedOut { GroupId = values.Text(GroupId), UserId = values.Text(UserId), Username = values.Text(nameof(it.Username)) }),
        TrackEventAttribute it => CustomEventTemplate.Of(it, [Group(it) with { Names = [] }, User(it)]),
        _ => throw new InvalidOperationException($"{attribute.GetType()} is no attribute of this package."),
    };

    /// <summary>Returns an attribute's name as it is written.</summary>
    public static string NameOf(LifecycleEventAttribute attribute) => attribute is TrackEventAttribute custom
        ? $"TrackEvent(\"{custom.Name}\")"
        : attribute.GetType().Name[..^nameof(Attribute).Length];

    private static EventTemplate Invite(TrackInviteSentAttribute it) => Template(
        it,
        [
            new EventProperty(nameof(it.InviteeEmail), it.InviteeEmail, it.InviteeEmailFrom)
            {
                IsRequired = true, MayBeList = true, Names = PropertyNames.InviteeEmail,
            },
            new EventProperty(nameof(it.InviteeFirstName), it.InviteeFirstName, it.InviteeFirstNameFrom) { Names = PropertyNames.InviteeFirstName },
            new EventProperty(nameof(it.InviteeLastName), it.InviteeLastName, it.InviteeLastNameFrom) { Names = PropertyNames.InviteeLastName },
            new EventProperty(nameof(it.InviteeRole), it.InviteeRole, it.InviteeRoleFrom) { Names = PropertyNames.InviteeRole },
            Group(it),
            User(it),
        ],
        false,
        values => new InviteSent
        {
            GroupId = values.Text(GroupId),
            UserId = values.Text(UserId),
            InviteeEmail = values.Text(nameof(it.InviteeEmail)),
            InviteeFirstName = values.Text(nameof(it.InviteeFirstName)),
            InviteeLastName = values.Text(nameof(it.InviteeLastName)),
            InviteeRole = values.Text(nameof(it.InviteeRole)),
        });

    private static EventTemplate Template(
        LifecycleEventAttribute it, IReadOnlyList<EventProperty> properties, bool prefersResult, Func<EventValues, LifecycleEvent> create) =>
        new(NameOf(it), properties, prefersResult, create);

    private static EventProperty Group(LifecycleEventAttribute it) => new(GroupId, it.GroupId, it.GroupIdFrom) { Names = PropertyNames.AccountId };

    private static EventProperty OwnId(LifecycleEventAttribute it) => Group(it) with { IsRequired = true, Names = PropertyNames.OwnId };

    private static EventProperty User(LifecycleEventAttribute it) => new(UserId, null, it.UserIdFrom) { TakesLiteral = false };

    private static EventProperty Member(LifecycleEventAttribute it) =>
        User(it) with { IsRequired = true, MayBeList = true, Names = PropertyNames.Member };

    private static EventProperty AccountName(string? literal, string? path) => new("AccountName", literal, path) { Names = PropertyNames.AccountName };

    private static EventProperty TrialId(string? path) => new(nameof(TrialId), null, path) { TakesLiteral = false };

    private static EventProperty[] Trial(string? start, string? startFrom, string? end, string? endFrom, string? plan, string? planFrom) =>
    [
        new("TrialStartDate", start, startFrom) { Kind = ValueKind.Date, Names = PropertyNames.TrialStart },
        new("TrialEndDate", end, endFrom) { Kind = ValueKind.Date, Names = PropertyNames.TrialEnd },
        new("TrialPlanName", plan, planFrom) { Names = PropertyNames.TrialPlan },
    ];
}
