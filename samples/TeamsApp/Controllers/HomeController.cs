using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using TeamsApp.Data;
using TeamsApp.Models;
using TeamsApp.Teams;

namespace TeamsApp.Controllers;

public sealed class HomeController(TeamsDbContext db, TeamService teams) : Controller
{
    [HttpGet("/")]
    public async Task<IActionResult> Index()
    {
        if (User.Identity?.IsAuthenticated != true)
        {
            return View("Welcome");
        }

        if (User.TeamId() is not { } teamId || await teams.FindMemberAsync(teamId, User.UserId()) is not { } me)
        {
            return RedirectToAction("Create", "Teams");
        }

        return View(new Dashboard(
            me.Team!,
            me,
            await db.Members.AsNoTracking().Include(member => member.User).Where(member => member.TeamId == teamId)
                .OrderBy(member => member.JoinedAt).ToListAsync(),
            await db.Invites.AsNoTracking().Where(invite => invite.TeamId == teamId && invite.AcceptedAt == null)
                .OrderBy(invite => invite.SentAt).ToListAsync(),
            await teams.FindTrialAsync(teamId)));
    }
}
