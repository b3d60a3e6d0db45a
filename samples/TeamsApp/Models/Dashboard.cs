using TeamsApp.Data;

namespace TeamsApp.Models;

/// <summary>What the home page of a team shows.</summary>
public sealed record Dashboard(Team Team, TeamMember Me, IReadOnlyList<TeamMember> Members, IReadOnlyList<Invite> OpenInvites, Subscription? Trial)
{
    public bool MayManage => ManagedRoles.Count > 0;

    public IReadOnlyList<string> ManagedRoles => TeamRoles.ManagedBy(Me.Role);

    public bool Manages(TeamMember member) => member.UserId != Me.UserId && ManagedRoles.Contains(member.Role);
}
