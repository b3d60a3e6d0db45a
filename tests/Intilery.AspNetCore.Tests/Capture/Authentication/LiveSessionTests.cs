using System.Net;
using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

public sealed class LiveSessionTests
{
    private const string Cookie = ".AspNetCore.Identity.Application";

    [Fact]
    public async Task A_change_of_password_refreshes_the_session_and_is_nothing()
    {
        await using var app = await IdentityApp.StartAsync();
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);

        var lines = await app.LinesOfAsync(async () =>
        {
            using var response = await browser.SubmitAsync(
                "/Identity/Account/Manage/ChangePassword",
                ("Input.OldPassword", "Pa55word!"),
                ("Input.NewPassword", "An0ther!"),
                ("Input.ConfirmPassword", "An0ther!"));
            Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        });

        Assert.Empty(lines);
        Assert.Contains("SignInSucceeded refresh", app.Reasons());
    }

    [Fact]
    public async Task A_change_of_email_identifies_with_the_new_one_and_is_no_sign_in()
    {
        var links = new SentLinks();
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { Services = links.Register });
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);

        var request = await app.LinesOfAsync(async () =>
        {
            using var response = await browser.SubmitAsync(
                "/Identity/Account/Manage/Email?handler=ChangeEmail", ("Input.NewEmail", "gibbons@example.com"));
            Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        });
        await app.ForgetAsync();
        using var confirmed = await browser.GetAsync(links.Last);

        Assert.Empty(request);
        Assert.Contains("Thank you for confirming your email change", await confirmed.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Payload.Equal(
            $$"""
            {
              "userId": "{{peter}}",
              "type": "identify",
              "event": "identify",
              "traits": { "email": "gibbons@example.com", "username": "gibbons@example.com" },
              "context": {
                "page": { "path": "/Identity/Account/ConfirmEmailChange" },
                "library": { "name": "Intilery.AspNetCore", "version": "*" },
                "app": { "name": "Intilery.AspNetCore.Tests", "version": "*" }
              },
              "messageId": "*",
              "timestamp": "*"
            }
            """,
            Assert.Single(await app.RecordedAsync()));
    }

    [Fact]
    public async Task A_change_of_phone_number_identifies()
    {
        await using var app = await IdentityApp.StartAsync();
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        await app.ForgetAsync();

        using var response = await browser.SubmitAsync("/Identity/Account/Manage", ("Input.PhoneNumber", "410-555-9412"));

        var identify = Assert.Single(await app.RecordedAsync());
        Assert.Equal($"identify {peter}", identify.ToString());
        Assert.Equal("""{"email":"peter@example.com","phone":"410-555-9412","username":"peter@example.com"}""", identify.Call["traits"]!.ToJsonString());
    }

    [Fact]
    public async Task A_sliding_renewal_is_not_a_sign_in()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using var app = await StartAsync(time);
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser(out var jar);
        await IdentityApp.SignInAsync(browser);
        var first = jar.Cookies.GetAllCookies()[Cookie]!.Value;

        time.Advance(TimeSpan.FromMinutes(40));
        var lines = await app.LinesOfAsync(async () => Assert.Equal("peter@example.com", await NameAsync(browser)));

        Assert.NotEqual(first, jar.Cookies.GetAllCookies()[Cookie]!.Value);
        Assert.Empty(lines);
    }

    [Fact]
    public async Task An_expired_cookie_is_nothing_and_neither_is_a_sign_out_with_it()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using var app = await StartAsync(time);
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);

        time.Advance(TimeSpan.FromMinutes(61));
        var lines = await app.LinesOfAsync(async () =>
        {
            Assert.Equal("nobody", await NameAsync(browser));
            using var response = await browser.PostAsync("/sign-out");
        });

        Assert.Empty(lines);
        Assert.Contains("SignOutSucceeded anonymous-sign-out", app.Reasons());
    }

    [Fact]
    public async Task A_login_after_the_expiry_is_a_sign_in()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using var app = await StartAsync(time);
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);

        time.Advance(TimeSpan.FromMinutes(61));

        Assert.Equal([$"Signed In {peter}"], await app.LinesOfAsync(() => IdentityApp.SignInAsync(browser)));
    }

    private static Task<IdentityApp> StartAsync(FakeTimeProvider time) => IdentityApp.StartAsync(new IdentityAppSetup
    {
        ServicesBefore = services => services.AddSingleton<TimeProvider>(time),
        Services = services => services.Configure<CookieAuthenticationOptions>(
            IdentityConstants.ApplicationScheme, options => options.ExpireTimeSpan = TimeSpan.FromHours(1)),
        Endpoints = routes =>
        {
            routes.MapGet("/name", (ClaimsPrincipal user) => user.Identity!.Name ?? "nobody");
            routes.MapPost("/sign-out", async (SignInManager<IdentityUser> signIns) =>
            {
                await signIns.SignOutAsync();
                return Results.Ok();
            });
        },
    });

    private static async Task<string> NameAsync(Browser browser)
    {
        using var response = await browser.GetAsync("/name");
        return await response.Content.ReadAsStringAsync();
    }
}
