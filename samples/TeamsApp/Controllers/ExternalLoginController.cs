using System.Security.Claims;
using Intilery.AspNetCore;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using TeamsApp.Data;
using TeamsApp.Models;
using TeamsApp.Teams;

namespace TeamsApp.Controllers;

/// <summary>In by somebody else's login, as a new user where there is none yet.</summary>
public sealed class ExternalLoginController(
    UserManager<AppUser> users, SignInManager<AppUser> sessions, TeamService teams, ILifecycleTracker lifecycle) : Controller
{
    [HttpGet("/login/with/{scheme}")]
    public async Task<IActionResult> Go(string scheme, Guid? invite) =>
        (await sessions.GetExternalAuthenticationSchemesAsync()).Any(known => known.Name == scheme)
            ? Challenge(sessions.ConfigureExternalAuthenticationProperties(scheme, Url.Action(nameof(Return), new { invite })), scheme)
            : NotFound();

    [HttpGet("/login/return")]
    public async Task<IActionResult> Return(Guid? invite)
    {
        if (await sessions.GetExternalLoginInfoAsync() is not { } login)
        {
            return RedirectToAction("Login", "Account", new { invite });
        }

        var user = await users.FindByLoginAsync(login.LoginProvider, login.ProviderKey);
        var isNew = user is null;
        if (user is null)
        {
            user = NewUser(login.Principal);
            var created = await users.CreateAsync(user);
            if (!created.Succeeded || !(created = await users.AddLoginAsync(user, login)).Succeeded)
            {
                ModelState.AddModelError("", string.Join(' ', created.Errors.Select(error => error.Description)));
                return View("~/Views/Account/Login.cshtml", new LoginInput { Invite = invite });
            }
        }

        if (await teams.AcceptAsync(invite, user) && isNew)
        {
            lifecycle.SetSignUpType("invited");
        }

        var signedIn = await sessions.ExternalLoginSignInAsync(login.LoginProvider, login.ProviderKey, isPersistent: false, bypassTwoFactor: true);
        return signedIn.Succeeded ? LocalRedirect("/") : RedirectToAction("Login", "Account");
    }

    private static AppUser NewUser(ClaimsPrincipal person) => new()
    {
        UserName = person.FindFirstValue(ClaimTypes.Email),
        Email = person.FindFirstValue(ClaimTypes.Email),
        FirstName = person.FindFirstValue(ClaimTypes.GivenName),
        LastName = person.FindFirstValue(ClaimTypes.Surname),
    };
}
