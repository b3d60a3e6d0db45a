using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

/// <summary>One browser with sessions of two users side by side, in cookies of two schemes.</summary>
public sealed class SharedBrowserTests
{
    [Fact]
    public async Task Two_users_do_not_merge_into_one_anonymous_id()
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();

        await PostAsync(browser, "/in/Partners/peter");
        await PostAsync(browser, "/in/Identity.Application/samir");
        await PostAsync(browser, "/track");
        await PostAsync(browser, "/out/Partners");
        await PostAsync(browser, "/out/Identity.Application");

        Assert.Equal(
            ["identify peter browser-1", "Signed In peter browser-1", "identify samir ", "Signed In samir ", "Report Exported samir ", "Signed Out peter ", "Signed Out samir browser-1"],
            (await app.RecordedAsync()).Select(call => $"{call} {call.AnonymousId}"));
    }

    [Fact]
    public async Task One_user_with_two_sessions_keeps_the_anonymous_id()
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();

        await PostAsync(browser, "/in/Partners/peter");
        await PostAsync(browser, "/in/Identity.Application/peter");
        await PostAsync(browser, "/track");

        Assert.All(await app.RecordedAsync(), call => Assert.Equal("browser-1", call.AnonymousId));
    }

    private static async Task PostAsync(TestBrowser browser, string path)
    {
        using var response = await browser.PostAsync($"{path}?ajs_aid=browser-1");
        response.EnsureSuccessStatusCode();
    }

    private static Task<IdentityApp> StartAsync() => IdentityApp.StartAsync(new IdentityAppSetup
    {
        Settings = new() { ["Intilery:TrackedSchemes:0"] = "Partners", ["Intilery:TrackedSchemes:1"] = IdentityConstants.ApplicationScheme },
        Services = services => services.AddAuthentication().AddCookie("Partners"),
        Endpoints = routes =>
        {
            routes.MapPost("/in/{scheme}/{user}", (HttpContext context, string scheme, string user) => context.SignInAsync(
                scheme, new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, user)], "test"))));
            routes.MapPost("/out/{scheme}", (HttpContext context, string scheme) => context.SignOutAsync(scheme));
            routes.MapPost("/track", (HttpContext context) => context.RequestServices.GetRequiredService<ILifecycleTracker>().TrackAsync("Report Exported", cancellationToken: context.RequestAborted));
        },
    });
}
