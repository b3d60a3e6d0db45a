using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

public sealed class ImpersonationTests
{
    [Theory]
    [InlineData("/impersonate-and-register")]
    [InlineData("/rename")]
    public async Task The_browser_of_who_impersonates_is_nobodys(string path)
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();
        browser.Client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "Mozilla/5.0 Support/1.0");
        await PostAsync(browser, "/register");
        Assert.Contains("Support/1.0", (await app.RecordedAsync())[0].Json, StringComparison.Ordinal);
        await PostAsync(browser, "/impersonate");
        await app.ForgetAsync();

        await PostAsync(browser, path);

        Assert.NotEmpty(await app.RecordedAsync());
        Assert.All(await app.RecordedAsync(), call => Assert.DoesNotContain("Support/1.0", call.Json, StringComparison.Ordinal));
    }

    private static async Task PostAsync(TestBrowser browser, string path)
    {
        using var response = await browser.PostAsync(path);
        response.EnsureSuccessStatusCode();
    }

    private static Task<IdentityApp> StartAsync() => IdentityApp.StartAsync(new IdentityAppSetup
    {
        Endpoints = routes =>
        {
            routes.MapPost("/register", async (HttpContext context) => { await context.Users().CreateAsync(Work.NewUser("mary")); });
            routes.MapPost("/impersonate", (HttpContext context) => ImpersonateAsync(context));
            routes.MapPost("/sign-out", (HttpContext context) => context.SignOutAsync(IdentityConstants.ApplicationScheme));
            routes.MapPost("/impersonate-and-register", async (HttpContext context) =>
            {
                context.User = new ClaimsPrincipal();
                await context.Users().CreateAsync(Work.NewUser("jane"));
                await ImpersonateAsync(context);
            });
            routes.MapPost("/rename", async (HttpContext context) =>
            {
                var mary = (await context.Users().FindByIdAsync("mary"))!;
                mary.Email = "mary@example.com";
                await context.Users().UpdateAsync(mary);
            });
        },
    });

    private static Task ImpersonateAsync(HttpContext context) => context.SignInAsync(
        IdentityConstants.ApplicationScheme,
        new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, "mary"), new Claim("act", """{"sub":"peter"}""")], "Password")));
}
