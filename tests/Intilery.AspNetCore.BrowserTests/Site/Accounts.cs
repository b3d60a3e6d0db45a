using System.Security.Claims;
using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.BrowserTests.Site;

/// <summary>Where people register, sign in and sign out: by forms, and by requests of a single-page application.</summary>
public static class Accounts
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/register", async (HttpContext context, UserManager<IdentityUser> users, SignInManager<IdentityUser> signIns) =>
        {
            var name = await NameAsync(context);
            var user = new IdentityUser { Id = "user-" + name, UserName = name };
            await users.CreateAsync(user);
            await users.AddClaimAsync(user, new Claim("tenant_id", "team-" + name));
            await signIns.SignInAsync(user, isPersistent: false);
            return Results.LocalRedirect("/");
        });
        routes.MapPost("/sign-in", async (HttpContext context, SignInManager<IdentityUser> signIns) =>
        {
            await signIns.SignInAsync((await signIns.UserManager.FindByNameAsync(await NameAsync(context)))!, isPersistent: false);
            return Results.LocalRedirect("/");
        });
        routes.MapPost("/sign-out", async (SignInManager<IdentityUser> signIns) =>
        {
            await signIns.SignOutAsync();
            return Results.LocalRedirect("/");
        });
        routes.MapPost("/api/sign-out/{status:int}", async (int status, SignInManager<IdentityUser> signIns) =>
        {
            await signIns.SignOutAsync();
            return status == 204 ? Results.NoContent() : Results.Ok(new { });
        });
    }

    private static async Task<string> NameAsync(HttpContext context) => (await context.Request.ReadFormAsync(context.RequestAborted))["name"].ToString();
}
