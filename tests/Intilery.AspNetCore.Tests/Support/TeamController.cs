using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A controller as an application would write it: a form's action, and one for scripts.</summary>
[Route("teams")]
public sealed class TeamController(ILifecycleTracker lifecycle, UserManager<IdentityUser> users, SignInManager<IdentityUser> signIns) : Controller
{
    [HttpPost("register")]
    public async Task<IActionResult> RegisterAsync([FromForm] string email)
    {
        await AddAsync(email, "acct_form");
        return Redirect("/");
    }

    [HttpPost("api/register")]
    public async Task<ActionResult<string>> RegisterByScriptAsync([FromBody] Dictionary<string, string> input) => await AddAsync(input["email"], "acct_json");

    private async Task<string> AddAsync(string email, string account)
    {
        var user = new IdentityUser(email) { Email = email };
        await users.CreateAsync(user);
        await signIns.SignInAsync(user, isPersistent: false);
        await lifecycle.TrackAsync(new AccountCreated { GroupId = account, AccountName = "Initech" });
        return user.Id;
    }
}
