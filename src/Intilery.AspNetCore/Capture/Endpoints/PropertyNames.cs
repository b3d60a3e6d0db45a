namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>
/// The names that unmistakably mean a property: the documentation's table. Each list's entries are ranks; what a later one says counts only
/// where an earlier one finds nothing, and two finds of one rank are not guessed between. A list of plain values may have the plural.
/// </summary>
internal static class PropertyNames
{
    private static readonly string[] _accountIds =
        ["AccountId", "GroupId", "TenantId", "OrganizationId", "OrganisationId", "OrgId", "TeamId", "WorkspaceId", "CompanyId"];

    /// <summary>Gets the names of the account that something happens in.</summary>
    public static IReadOnlyList<string[]> AccountId { get; } = [_accountIds];

    /// <summary>Gets the names of the account that is itself made or deleted: its own id among them.</summary>
    public static IReadOnlyList<string[]> OwnId { get; } = [[.. _accountIds, "Id"]];

    public static IReadOnlyList<string[]> AccountName { get; } =
    [
        ["AccountName", "TenantName", "OrganizationName", "OrganisationName", "OrgName", "TeamName", "WorkspaceName", "CompanyName"],
        ["Name"],
    ];

    public static IReadOnlyList<string[]> Member { get; } = [["MemberId", "MemberUserId", "UserId"]];

    public static IReadOnlyList<string[]> FirstName { get; } = [["FirstName", "GivenName"]];

    public static IReadOnlyList<string[]> LastName { get; } = [["LastName", "Surname", "FamilyName"]];

    public static IReadOnlyList<string[]> Email { get; } = [["Email", "EmailAddress"]];

    public static IReadOnlyList<string[]> Phone { get; } = [["PhoneNumber"], ["Phone"]];

    public static IReadOnlyList<string[]> Username { get; } = [["UserName"]];

    public static IReadOnlyList<string[]> Title { get; } = [["JobTitle"], ["Title"]];

    public static IReadOnlyList<string[]> Role { get; } = [["MemberRole"], ["Role", "RoleName"]];

    public static IReadOnlyList<string[]> InviteeEmail { get; } =
        [["InviteeEmail", "InvitedEmail", "InviteEmail", "RecipientEmail"], ["Email", "EmailAddress"]];

    public static IReadOnlyList<string[]> InviteeFirstName { get; } = [["InviteeFirstName"], ["FirstName", "GivenName"]];

    public static IReadOnlyList<string[]> InviteeLastName { get; } = [["InviteeLastName"], ["LastName", "Surname", "FamilyName"]];

    public static IReadOnlyList<string[]> InviteeRole { get; } = [["InviteeRole"], ["Role", "RoleName"]];

    public static IReadOnlyList<string[]> TrialStart { get; } =
        [["TrialStartDate", "TrialStart", "TrialStartsAt", "TrialStartedAt"], ["StartDate", "StartsAt", "StartsOn", "StartedAt"]];

    public static IReadOnlyList<string[]> TrialEnd { get; } =
        [["TrialEndDate", "TrialEnd", "TrialEndsAt", "TrialEndedAt"], ["EndDate", "EndsAt", "EndsOn", "EndedAt"]];

    public static IReadOnlyList<string[]> TrialPlan { get; } = [["TrialPlanName", "TrialPlan"], ["PlanName", "Plan"]];
}
