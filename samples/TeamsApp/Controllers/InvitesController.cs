using Intilery.AspNetCore;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using TeamsApp.Data;
using TeamsApp.Models;
using TeamsApp.Teams;

namespace TeamsApp.Controllers;

public sealed class InvitesController(UserManager<AppUser> users, SignInManager<AppUser> sessions, TeamService teams) : Controller
{
    [Authorize, HttpPost("/teams/{teamId:guid}/invites"), TrackInviteSent]
    public async Task<IActionResult> Create(Guid teamId, InviteInput input)
    {
        if (await teams.FindMemberAsync(teamId, User.UserId()) is not { } me || TeamRoles.ManagedBy(me.Role) is not { Count: > 0 } managed)
        {
            return NotFound();
        }

        if (!ModelState.IsValid || !managed.Contains(input.Role))
        {
            TempData["Message"] = "The invitation needs a valid e-mail address and a role.";
            return LocalRedirect("/");
        }

        await teams.InviteAsync(teamId, User.UserId(), input.Email, input.FirstName, input.LastName, input.Role);
        TempData["Notice"] = $"{input.Email} is invited.";
        return LocalRedirect("/");
    }

    [HttpGet("/invites/{id:guid}")]
    public async Task<IActionResult> Show(Guid id) => await teams.FindInviteAsync(id) is { AcceptedAt: null } invite ? View(invite) : await RefuseAsync(id);

    [Authorize, HttpPost("/invites/{id:guid}/accept"), TrackAccountAddedUser(UserIdFrom = "user.id", GroupIdFrom = "result.teamId")]
    public async Task<IActionResult> Accept(Guid id)
    {
        if (await teams.FindInviteAsync(id) is not { AcceptedAt: null } invite)
        {
            return await RefuseAsync(id);
        }

        var user = (await users.GetUserAsync(User))!;
        await teams.AcceptAsync(invite, user);
        await sessions.RefreshSignInAsync(user);
        return RedirectToAction("Index", "Home", new { teamId = invite.TeamId });
    }

    // Says whether the link was used before or never was one.
    private async Task<IActionResult> RefuseAsync(Guid id)
    {
        var invite = await teams.FindInviteAsync(id);
        Response.StatusCode = invite is null ? StatusCodes.Status404NotFound : StatusCodes.Status410Gone;
        return View("Refused", invite);
    }
}
