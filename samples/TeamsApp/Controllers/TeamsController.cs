using Intilery.AspNetCore;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using TeamsApp.Data;
using TeamsApp.Models;
using TeamsApp.Teams;

namespace TeamsApp.Controllers;

[Authorize]
public sealed class TeamsController(UserManager<AppUser> users, TeamService teams) : Controller
{
    [HttpGet("/teams/new")]
    public IActionResult Create() => View(new CreateTeamInput());

    [HttpPost("/teams"), TrackAccountCreated(GroupIdFrom = "result.teamId")]
    public async Task<IActionResult> Create(CreateTeamInput input)
    {
        if (!ModelState.IsValid)
        {
            return View(input);
        }

        var team = await teams.CreateAsync(input.Name, (await users.GetUserAsync(User))!);
        return RedirectToAction("Index", "Home", new { teamId = team.Id });
    }

    [HttpPost("/teams/{teamId:guid}/switch"), TrackEvent("Team Switched", GroupIdFrom = "teamId")]
    public async Task<IActionResult> Switch(Guid teamId)
    {
        if (await teams.FindMemberAsync(teamId, User.UserId()) is null)
        {
            return NotFound();
        }

        await teams.SwitchAsync((await users.GetUserAsync(User))!, teamId);
        return LocalRedirect("/");
    }

    [HttpPost("/teams/{teamId:guid}/delete"), TrackAccountDeleted]
    public async Task<IActionResult> Delete(Guid teamId)
    {
        if (await teams.FindMemberAsync(teamId, User.UserId()) is not { Role: TeamRoles.Owner, Team: { } team })
        {
            return NotFound();
        }

        await teams.DeleteAsync(team);
        await teams.SwitchAsync((await users.GetUserAsync(User))!, null);
        return LocalRedirect("/");
    }
}
