using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

public sealed class SkippedRequestTests
{
    [Fact]
    public async Task A_sign_up_and_sign_in_by_a_skipped_endpoint_are_no_events()
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            Endpoints = routes =>
            {
                routes.MapPost("/demo", [SkipLifecycleTracking] (HttpContext context) => EnterAsync(context, "demo"));
                routes.MapPost("/real", (HttpContext context) => EnterAsync(context, "real"));
            },
        });
        using var browser = app.OpenBrowser();
        using var other = app.OpenBrowser();

        using var skipped = await browser.PostAsync("/demo");
        using var counted = await other.PostAsync("/real");

        Assert.True(skipped.IsSuccessStatusCode && counted.IsSuccessStatusCode);
        Assert.Equal(["identify real", "Signed Up real", "Signed In real"], await app.LinesAsync());
        Assert.Equal(["Signed Up skipped", "Signed In skipped"], app.Reasons().Where(reason => reason.EndsWith("skipped", StringComparison.Ordinal)));
    }

    private static async Task EnterAsync(HttpContext context, string name)
    {
        var user = Work.NewUser(name);
        await context.Users().CreateAsync(user);
        await context.RequestServices.GetRequiredService<SignInManager<IdentityUser>>().SignInAsync(user, isPersistent: false);
    }
}
