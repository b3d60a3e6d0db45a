using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

public sealed class SigningInEventTests
{
    [Fact]
    public async Task Claims_that_the_cookies_own_event_adds_are_in_the_sign_in()
    {
        await using var app = await StartAsync(identity =>
        {
            identity.AddClaim(new Claim("tenant_id", "acct_1"));
            identity.AddClaim(new Claim("given_name", "Peter"));
        });
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);
        await IdentityApp.SignOutAsync(browser);

        Assert.Equal([$"identify {peter} acct_1", $"Signed In {peter} acct_1", $"Signed Out {peter} acct_1"], await app.LinesAsync());
        Assert.Equal("Peter", (string?)(await app.RecordedAsync())[0].Call["traits"]!["firstName"]);
    }

    private static Task<IdentityApp> StartAsync(Action<ClaimsIdentity> signingIn) => IdentityApp.StartAsync(new IdentityAppSetup
    {
        Services = services => services.Configure<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme, options => options.Events.OnSigningIn = context =>
        {
            signingIn((ClaimsIdentity)context.Principal!.Identity!);
            return Task.CompletedTask;
        }),
    });
}
