using Intilery.AspNetCore;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using TeamsApp.Data;
using TeamsApp.Teams;

namespace TeamsApp.Controllers;

[Authorize, Route("/teams/{teamId:guid}/members/{userId}")]
public sealed class MembersController(TeamService teams) : Controller
{
    [HttpPost("role")]
    public async Task<IActionResult> ChangeRole(Guid teamId, string userId, string role)
    {
        if (await FindManagedAsync(teamId, userId, role) is not { } member)
        {
            return NotFound();
        }

        await teams.ChangeRoleAsync(member, role);
        return LocalRedirect("/");
    }

    [HttpPost("remove"), TrackAccountRemovedUser]
    public async Task<IActionResult> Remove(Guid teamId, string userId)
    {
        if (await FindManagedAsync(teamId, userId, TeamRoles.Member) is not { } member)
        {
            return NotFound();
        }

        await teams.RemoveMemberAsync(member);
        return LocalRedirect("/");
    }

    // A team keeps an owner: nobody changes or removes themselves, and only owners manage owners.
    private async Task<TeamMember?> FindManagedAsync(Guid teamId, string userId, string newRole)
    {
        var managed = TeamRoles.ManagedBy((await teams.FindMemberAsync(teamId, User.UserId()))?.Role ?? "");
        return userId != User.UserId() && managed.Contains(newRole) && await teams.FindMemberAsync(teamId, userId) is { } member && managed.Contains(member.Role)
            ? member
            : null;
    }
}
