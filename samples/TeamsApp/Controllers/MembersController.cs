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
        if (!TeamRoles.All.Contains(role) || await FindManagedAsync(teamId, userId) is not { } member)
        {
            return NotFound();
        }

        await teams.ChangeRoleAsync(member, role);
        return LocalRedirect("/");
    }

    [HttpPost("remove"), TrackAccountRemovedUser]
    public async Task<IActionResult> Remove(Guid teamId, string userId)
    {
        if (await FindManagedAsync(teamId, userId) is not { } member)
        {
            return NotFound();
        }

        await teams.RemoveMemberAsync(member);
        return LocalRedirect("/");
    }

    // Nobody changes or removes themselves: a team keeps its owner.
    private async Task<TeamMember?> FindManagedAsync(Guid teamId, string userId) =>
        userId != User.UserId() && await teams.MayManageAsync(teamId, User.UserId()) ? await teams.FindMemberAsync(teamId, userId) : null;
}
