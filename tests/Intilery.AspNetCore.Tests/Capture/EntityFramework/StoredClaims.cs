using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>An application in whose database Peter is, with some claims; a request then changes them.</summary>
internal static class StoredClaims
{
    public static readonly Claim A = new("tenant_id", "a");
    public static readonly Claim B = new("tenant_id", "b");

    /// <summary>Asserts what a request on Peter records, and that nothing of ours failed in it.</summary>
    public static Task AssertAsync(Claim[] stored, Func<UserManager<IdentityUser>, IdentityUser, Task> work, params string[] lines) =>
        AssertAsync(stored, (context, peter) => work(context.Users(), peter), lines);

    /// <inheritdoc cref="AssertAsync(Claim[], Func{UserManager{IdentityUser}, IdentityUser, Task}, string[])"/>
    public static async Task AssertAsync(Claim[] stored, Func<HttpContext, IdentityUser, Task> work, string[] lines)
    {
        await using var app = await StartAsync(stored, work);

        await Work.DoAsync(app);

        Assert.Equal(lines, await app.LinesAsync());
        Assert.DoesNotContain(app.Log.Ours, line => line.Exception is not null);
    }

    /// <summary>Starts the application; its work is told Peter, and what made him is forgotten.</summary>
    public static async Task<IdentityApp> StartAsync(Claim[] stored, Func<HttpContext, IdentityUser, Task> work, Dictionary<string, string?>? settings = null)
    {
        var app = await Work.StartAsync(
            async context => await work(context, (await context.Users().FindByIdAsync("peter"))!), new IdentityAppSetup { Settings = settings ?? [] });
        await app.GivenAsync(Work.NewUser("peter"), stored);
        return app;
    }
}
