using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>Who is there when a test begins; nothing of how they came to be there is left in the outbox.</summary>
public static class People
{
    /// <summary>Saves a user with stored claims outside of any request, by the context alone.</summary>
    public static async Task GivenAsync(this IdentityApp app, IdentityUser user, params Claim[] claims)
    {
        await app.WithScopeAsync(async services =>
        {
            var db = services.GetRequiredService<AppDb>();
            db.Users.Add(user);
            db.UserClaims.AddRange(claims.Select(claim => new IdentityUserClaim<string> { UserId = user.Id, ClaimType = claim.Type, ClaimValue = claim.Value }));
            return await db.SaveChangesAsync();
        });
        await app.WrittenAsync();
        await app.ForgetAsync();
    }

    /// <summary>Makes a user with a password, in a tenant, and returns its id.</summary>
    public static async Task<string> CreateMemberAsync(this IdentityApp app, string tenant, string email = "peter@example.com")
    {
        var id = await app.CreateUserAsync(email);
        await app.AddClaimAsync(id, "tenant_id", tenant);
        await app.WrittenAsync();
        await app.ForgetAsync();
        return id;
    }

    /// <summary>Stores a claim of a user's, outside of any request.</summary>
    public static Task AddClaimAsync(this IdentityApp app, string userId, string type, string value) => app.WithScopeAsync(async services =>
    {
        var users = services.GetRequiredService<UserManager<IdentityUser>>();
        var added = await users.AddClaimAsync((await users.FindByIdAsync(userId))!, new Claim(type, value));
        return added.Succeeded ? added : throw new InvalidOperationException(added.ToString());
    });

    /// <summary>Opens a browser in which a user has signed in by Identity's own page.</summary>
    public static Task<TestBrowser> OpenSignedInAsync(this IdentityApp app, string email = "peter@example.com") => SignedInAsync(app, app.OpenBrowser(), email);

    /// <summary>Signs a user in by Identity's own page, and returns the browser.</summary>
    public static async Task<TestBrowser> SignedInAsync(this IdentityApp app, TestBrowser browser, string email = "peter@example.com")
    {
        await IdentityApp.SignInAsync(browser, email);
        await app.ForgetAsync();
        return browser;
    }
}
