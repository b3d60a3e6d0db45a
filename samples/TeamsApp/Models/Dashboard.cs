using TeamsApp.Data;

namespace TeamsApp.Models;

/// <summary>What the home page of a team shows.</summary>
public sealed record Dashboard(Team Team, TeamMember Me, IReadOnlyList<TeamMember> Members, IReadOnlyList<Invite> OpenInvites, Subscription? Trial)
{
    public bool MayManage => Me.Role is TeamRoles.Owner or TeamRoles.Admin;
}
