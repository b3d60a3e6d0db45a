using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using TeamsApp.Data;
using TeamsApp.Sessions;

namespace Intilery.AspNetCore.BrowserTests.Site;

/// <summary>Makes a user as soon as the login provider has answered, as applications do that provision people by their company's login.</summary>
public static class EagerSignUp
{
    /// <summary>How the names of those people begin; others sign up on the page that follows.</summary>
    public const string Prefix = "eager-";

    public static async Task OnTicketReceivedAsync(TicketReceivedContext context)
    {
        var email = context.Principal!.FindFirstValue(ClaimTypes.Email)!;
        if (!email.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return;
        }

        var users = context.HttpContext.RequestServices.GetRequiredService<UserManager<AppUser>>();
        var user = new AppUser { UserName = email, Email = email };
        var login = new UserLoginInfo(CompanyLogin.Scheme, context.Principal!.FindFirstValue(ClaimTypes.NameIdentifier)!, null);
        Assert.True((await users.CreateAsync(user)).Succeeded && (await users.AddLoginAsync(user, login)).Succeeded);
    }
}
