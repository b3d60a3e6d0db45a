using System.Net;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

public sealed class ExternalSignInTests
{
    [Fact]
    public async Task A_new_user_of_a_login_provider_signs_up_and_in_and_later_only_in()
    {
        var provider = new FakeOAuth();
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { Services = provider.Register });
        using var browser = app.OpenBrowser();

        var page = await ComeBackAsync(browser);
        var callback = await app.LinesAsync();
        using var confirmation = await browser.SubmitAsync(page, ("Input.Email", "milton@example.com"));
        var registration = await app.LinesAsync();

        var milton = await app.WithScopeAsync(async services =>
            (await services.GetRequiredService<UserManager<IdentityUser>>().FindByEmailAsync("milton@example.com"))!.Id);
        Assert.Equal(HttpStatusCode.Redirect, confirmation.StatusCode);
        Assert.Empty(callback);
        Assert.Equal([$"identify {milton}", $"Signed Up {milton}", $"Signed In {milton}"], registration);

        await IdentityApp.SignOutAsync(browser);
        var again = await app.LinesOfAsync(async () =>
        {
            using var signIn = await browser.GetAsync(await ComeBackAsync(browser));
            Assert.Equal(HttpStatusCode.Redirect, signIn.StatusCode);
        });
        Assert.Equal([$"Signed In {milton}"], again);
    }

    private static async Task<string> ComeBackAsync(Browser browser)
    {
        using var external = await browser.SubmitAsync("/Identity/Account/Login", ("provider", FakeOAuth.Scheme));
        return (await FakeOAuth.ComeBackAsync(browser, external)).Next;
    }
}
