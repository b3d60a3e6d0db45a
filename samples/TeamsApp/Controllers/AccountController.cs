using Intilery.AspNetCore;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using TeamsApp.Data;
using TeamsApp.Models;
using TeamsApp.Teams;

namespace TeamsApp.Controllers;

public sealed class AccountController(
    UserManager<AppUser> users, SignInManager<AppUser> sessions, TeamService teams, ILifecycleTracker lifecycle) : Controller
{
    private const string SpentInvite = "That invitation was used already, or is unknown. Ask for another one.";

    [HttpGet("/register")]
    public async Task<IActionResult> Register(Guid? invite) =>
        View(new RegisterInput { Invite = invite, Email = invite is { } id && await teams.FindInviteAsync(id) is { AcceptedAt: null } open ? open.Email : "" });

    [HttpPost("/register")]
    public async Task<IActionResult> Register(RegisterInput input)
    {
        if (!ModelState.IsValid)
        {
            return View(input);
        }

        var user = new AppUser
        {
            UserName = input.Email,
            Email = input.Email,
            FirstName = input.FirstName,
            LastName = input.LastName,
            JobTitle = input.JobTitle,
            PhoneNumber = input.Phone,
        };
        var created = await users.CreateAsync(user, input.Password);
        if (!created.Succeeded)
        {
            foreach (var error in created.Errors)
            {
                ModelState.AddModelError("", error.Description);
            }

            return View(input);
        }

        if (await teams.AcceptAsync(input.Invite, user))
        {
            lifecycle.SetSignUpType("invited"); // They came by themselves, but not by chance.
        }
        else if (input.Invite is not null)
        {
            TempData["Message"] = SpentInvite;
        }

        await sessions.SignInAsync(user, isPersistent: false);
        return LocalRedirect("/");
    }

    [HttpGet("/login")]
    public IActionResult Login(Guid? invite) => View(new LoginInput { Invite = invite });

    [HttpPost("/login")]
    public async Task<IActionResult> Login(LoginInput input)
    {
        if (!ModelState.IsValid)
        {
            return View(input);
        }

        var user = await users.FindByEmailAsync(input.Email);
        if (user is null || !(await sessions.CheckPasswordSignInAsync(user, input.Password, lockoutOnFailure: true)).Succeeded)
        {
            ModelState.AddModelError("", "E-mail address and password do not match.");
            return View(input);
        }

        if (!await teams.AcceptAsync(input.Invite, user) && input.Invite is not null)
        {
            TempData["Message"] = SpentInvite;
        }

        await sessions.SignInWithClaimsAsync(user, isPersistent: false, [new("amr", "pwd")]);
        return LocalRedirect("/");
    }

    [Authorize, HttpPost("/logout")]
    public async Task<IActionResult> Logout()
    {
        await sessions.SignOutAsync();
        return LocalRedirect("/");
    }
}
