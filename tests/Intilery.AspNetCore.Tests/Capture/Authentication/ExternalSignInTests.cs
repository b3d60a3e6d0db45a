using System.Net;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
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
        Assert.Equal(["SignInSucceeded intermediate-scheme", "SignOutSucceeded intermediate-scheme"], app.Reasons());
    }

    [Fact]
    public async Task A_provider_that_signs_in_to_the_session_itself_signs_in()
    {
        await using var app = await StartAsync(new FakeOAuth(), "session", services =>
            services.AddAuthentication(options => options.DefaultScheme = options.DefaultAuthenticateScheme = "session").AddCookie("session"));
        using var browser = app.OpenBrowser();

        await GoAndComeBackAsync(browser);
        using var signOut = await browser.PostAsync("/sign-out");

        Assert.Equal(["identify 42", "Signed In 42", "Signed Out 42"], await app.LinesAsync());
    }

    [Fact]
    public async Task A_scheme_that_the_option_names_is_a_session()
    {
        await using var app = await StartAsync(new FakeOAuth(), "partners", services => services.AddAuthentication().AddCookie("partners"), "partners");
        using var browser = app.OpenBrowser();

        await GoAndComeBackAsync(browser);

        Assert.Equal(["identify 42", "Signed In 42"], await app.LinesAsync());
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

    private static async Task GoAndComeBackAsync(Browser browser)
    {
        using var challenge = await browser.GetAsync("/go");
        await FakeOAuth.ComeBackAsync(browser, challenge);
    }

    private static async Task<string> ComeBackAsync(Browser browser)
    {
        using var external = await browser.SubmitAsync("/Identity/Account/Login", ("provider", FakeOAuth.Scheme));
        return (await FakeOAuth.ComeBackAsync(browser, external)).Next;
    }
}
