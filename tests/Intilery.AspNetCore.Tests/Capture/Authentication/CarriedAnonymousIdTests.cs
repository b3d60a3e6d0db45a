using System.Net;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

/// <summary>Who comes back from a login provider is the browser that left, also where its cookies do not come along.</summary>
public sealed class CarriedAnonymousIdTests
{
    [Fact]
    public async Task A_sign_up_by_a_login_provider_joins_the_history_of_the_browser_that_left()
    {
        var provider = new FakeOAuth();
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { Services = provider.Register });
        using var browser = app.OpenBrowser(out var jar);
        jar.Cookies.Add(new Cookie("ajs_anonymous_id", "%22browser-1%22", "/", "localhost"));
        using var challenge = await browser.SubmitAsync("/Identity/Account/Login", ("provider", FakeOAuth.Scheme));
        Forget(jar);

        var page = (await FakeOAuth.ComeBackAsync(browser, challenge)).Next;
        using var confirmation = await browser.SubmitAsync(page, ("Input.Email", "milton@example.com"));

        Assert.Equal(
            ["identify browser-1", "Signed Up browser-1", "Signed In browser-1"],
            (await app.RecordedAsync()).Select(call => $"{call.Event} {call.AnonymousId}"));
    }

    [Fact]
    public async Task A_user_made_by_the_application_in_an_event_of_the_handler_joins_it_too()
    {
        var provider = new FakeOAuth();
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Services = services =>
            {
                provider.Register(services);
                services.Configure<OAuthOptions>(FakeOAuth.Scheme, options => options.Events.OnTicketReceived = async context =>
                {
                    var users = context.HttpContext.RequestServices.GetRequiredService<UserManager<IdentityUser>>();
                    Assert.True((await users.CreateAsync(new IdentityUser("milton"))).Succeeded);
                });
            },
        });
        using var browser = app.OpenBrowser(out var jar);
        jar.Cookies.Add(new Cookie("ajs_anonymous_id", "browser-1", "/", "localhost"));
        using var challenge = await browser.SubmitAsync("/Identity/Account/Login", ("provider", FakeOAuth.Scheme));
        Forget(jar);

        await FakeOAuth.ComeBackAsync(browser, challenge);

        Assert.Equal(
            ["identify browser-1", "Signed Up browser-1"], (await app.RecordedAsync()).Select(call => $"{call.Event} {call.AnonymousId}"));
    }

    [Fact]
    public async Task A_provider_that_signs_in_to_the_session_itself_leaves_nothing_of_it_in_the_session()
    {
        await using var app = await StartAsync(new FakeOAuth());
        using var browser = app.OpenBrowser();
        using var challenge = await browser.GetAsync("/go?ajs_aid=from-link");

        await FakeOAuth.ComeBackAsync(browser, challenge);
        using var properties = await browser.GetAsync("/properties");

        Assert.Equal(
            ["identify 42 from-link", "Signed In 42 from-link"],
            (await app.RecordedAsync()).Select(call => $"{call.Event} {call.UserId} {call.AnonymousId}"));
        Assert.DoesNotContain("intilery", await properties.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "Intilery:Browser:Enabled")]
    [InlineData(false, "Intilery:Enabled")]
    public async Task Nothing_is_carried_without_consent_or_switched_off(bool isConsentNeeded, string? off)
    {
        await using var app = await StartAsync(new FakeOAuth(), isConsentNeeded, off);
        using var browser = app.OpenBrowser();

        using var challenge = await browser.GetAsync("/go?ajs_aid=from-link");

        Assert.DoesNotContain("intilery.anonymous_id", CarriedBy(app, challenge).Keys);
    }

    [Fact]
    public async Task A_challenge_that_stays_here_is_as_it_was()
    {
        await using var app = await StartAsync(new FakeOAuth());
        using var browser = app.OpenBrowser();

        using var challenge = await browser.GetAsync("/stay?ajs_aid=from-link");

        Assert.Equal("http://localhost/Identity/Account/Login?ReturnUrl=%2F", challenge.Headers.Location?.ToString());
        Assert.False(challenge.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Properties_that_the_application_shares_carry_nobodys_id_to_the_next()
    {
        var shared = new AuthenticationProperties { RedirectUri = "/" };
        await using var app = await StartAsync(new FakeOAuth(), shared: shared);
        using (var first = app.OpenBrowser())
        {
            // Who gives up at the provider.
            using var left = await first.GetAsync("/shared?ajs_aid=first");
            Assert.Equal("first", CarriedBy(app, left)["intilery.anonymous_id"]);
        }

        using var second = app.OpenBrowser();
        using var challenge = await second.GetAsync("/shared");
        await FakeOAuth.ComeBackAsync(second, challenge);

        Assert.Equal(["identify 42 ", "Signed In 42 "], (await app.RecordedAsync()).Select(call => $"{call.Event} {call.UserId} {call.AnonymousId}"));
        Assert.DoesNotContain(shared.Items.Keys, key => key.Contains("intilery", StringComparison.Ordinal));
    }

    private static Task<IdentityApp> StartAsync(FakeOAuth provider, bool isConsentNeeded = false, string? off = null, AuthenticationProperties? shared = null) =>
        IdentityApp.StartAsync(new IdentityAppSetup
        {
            Settings = off is null ? [] : new() { [off] = "false" },
            Services = services =>
            {
                provider.Register(services);
                services.AddAuthentication(options => options.DefaultScheme = options.DefaultAuthenticateScheme = "session").AddCookie("session");
                services.Configure<OAuthOptions>(FakeOAuth.Scheme, options => options.SignInScheme = "session");
            },
            BeforeTheLine = pipeline => pipeline.UseCookiePolicy(new CookiePolicyOptions { CheckConsentNeeded = _ => isConsentNeeded }),
            Endpoints = routes =>
            {
                routes.MapGet("/go", () => Results.Challenge(new AuthenticationProperties { RedirectUri = "/" }, [FakeOAuth.Scheme]));
                routes.MapGet("/shared", () => Results.Challenge(shared, [FakeOAuth.Scheme]));
                routes.MapGet("/stay", () => Results.Challenge(new AuthenticationProperties { RedirectUri = "/" }, ["Identity.Application"]));
                routes.MapGet("/properties", async (HttpContext context) =>
                {
                    var session = await context.AuthenticateAsync("session");
                    return Results.Text(string.Join(' ', session.Properties!.Items.Keys));
                });
            },
        });

    // The cookie that keeps the provider's answer to this browser stays; the tag's does not come along with a form of the provider's.
    private static void Forget(CookieJar jar)
    {
        foreach (Cookie cookie in jar.Cookies.GetAllCookies())
        {
            cookie.Expired |= cookie.Name == "ajs_anonymous_id";
        }
    }

    private static IDictionary<string, string?> CarriedBy(IdentityApp app, HttpResponseMessage challenge)
    {
        var state = QueryHelpers.ParseQuery(challenge.Headers.Location!.Query)["state"].ToString();
        return app.Services.GetRequiredService<IOptionsMonitor<OAuthOptions>>().Get(FakeOAuth.Scheme).StateDataFormat.Unprotect(state)!.Items;
    }
}
