using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

public sealed class ExternalSignInTests
{
    [Theory]
    [InlineData("idsrv.external")]
    [InlineData("another.external")]
    public async Task A_cookie_between_the_provider_and_the_session_is_a_step_whatever_its_name(string scheme)
    {
        await using var app = await StartAsync(new FakeOAuth(), scheme, services => services.AddAuthentication().AddCookie(scheme));
        using var browser = app.OpenBrowser();

        await GoAndComeBackAsync(browser);
        using var signOut = await browser.PostAsync("/sign-out");

        Assert.Empty(await app.LinesAsync());
        Assert.Equal(["Signed In intermediate-scheme", "Signed Out intermediate-scheme"], app.Reasons());
    }

    [Fact]
    public async Task A_scheme_that_the_option_names_is_a_session()
    {
        await using var app = await StartAsync(new FakeOAuth(), "partners", services => services.AddAuthentication().AddCookie("partners"), "partners");
        using var browser = app.OpenBrowser();

        await GoAndComeBackAsync(browser);

        Assert.Equal(["identify 42", "Signed In 42"], await app.LinesAsync());
    }

    [Fact]
    public async Task A_provider_that_signs_in_to_the_session_itself_signs_in_beside_Identity_too()
    {
        await using var app = await StartAsync(new FakeOAuth(), "session", services =>
            services.AddAuthentication(options => options.DefaultScheme = options.DefaultAuthenticateScheme = "session").AddCookie("session"));
        using var browser = app.OpenBrowser();

        await GoAndComeBackAsync(browser);
        using var signOut = await browser.PostAsync("/sign-out");

        Assert.Equal(["identify 42", "Signed In 42", "Signed Out 42"], await app.LinesAsync());
    }

    private static Task<IdentityApp> StartAsync(FakeOAuth provider, string scheme, Action<IServiceCollection> authentication, string? tracked = null) =>
        IdentityApp.StartAsync(new IdentityAppSetup
        {
            Settings = tracked is null ? [] : new() { ["Intilery:TrackedSchemes:0"] = tracked },
            Services = services =>
            {
                provider.Register(services);
                authentication(services);
                services.Configure<OAuthOptions>(FakeOAuth.Scheme, options => options.SignInScheme = scheme);
            },
            Endpoints = routes =>
            {
                routes.MapGet("/go", () => Results.Challenge(new AuthenticationProperties { RedirectUri = "/" }, [FakeOAuth.Scheme]));
                routes.MapPost("/sign-out", () => Results.SignOut(null, [scheme]));
            },
        });

    private static async Task GoAndComeBackAsync(TestBrowser browser)
    {
        using var challenge = await browser.GetAsync("/go");
        await FakeOAuth.ComeBackAsync(browser, challenge);
    }
}
