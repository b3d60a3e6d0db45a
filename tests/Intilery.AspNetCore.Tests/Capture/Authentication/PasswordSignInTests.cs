using System.Net;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

public sealed class PasswordSignInTests
{
    [Fact]
    public async Task A_password_login_identifies_and_signs_in()
    {
        await using var app = await IdentityApp.StartAsync();
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);

        var calls = await app.RecordedAsync();
        Assert.Equal([$"identify {peter}", $"Signed In {peter}"], calls.Select(call => call.ToString()));
        Payload.Equal(
            $$"""
            {
              "userId": "{{peter}}",
              "type": "identify",
              "event": "identify",
              "traits": { "email": "peter@example.com", "username": "peter@example.com" },
              "context": {
                "page": { "path": "/Identity/Account/Login" },
                "library": { "name": "Intilery.AspNetCore", "version": "*" },
                "app": { "name": "Intilery.AspNetCore.Tests", "version": "*" }
              },
              "messageId": "*",
              "timestamp": "*"
            }
            """,
            calls[0]);
        Payload.Equal(
            $$"""
            {
              "userId": "{{peter}}",
              "type": "track",
              "event": "Signed In",
              "properties": { "username": "peter@example.com" },
              "context": {
                "page": { "path": "/Identity/Account/Login" },
                "library": { "name": "Intilery.AspNetCore", "version": "*" },
                "app": { "name": "Intilery.AspNetCore.Tests", "version": "*" }
              },
              "messageId": "*",
              "timestamp": "*"
            }
            """,
            calls[1]);
    }

    [Fact]
    public async Task A_wrong_password_is_nothing()
    {
        await using var app = await IdentityApp.StartAsync();
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        using var response = await browser.SubmitAsync("/Identity/Account/Login", ("Input.Email", "peter@example.com"), ("Input.Password", "wrong"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await app.LinesAsync());
    }

    [Fact]
    public async Task A_login_of_somebody_locked_out_is_nothing()
    {
        await using var app = await IdentityApp.StartAsync();
        await app.CreateUserAsync(configure: user => (user.LockoutEnabled, user.LockoutEnd) = (true, DateTimeOffset.MaxValue));
        using var browser = app.OpenBrowser();

        using var response = await browser.SubmitAsync("/Identity/Account/Login", ("Input.Email", "peter@example.com"), ("Input.Password", "Pa55word!"));

        Assert.Equal("/Identity/Account/Lockout", response.Headers.Location?.OriginalString);
        Assert.Empty(await app.LinesAsync());
    }

    [Fact]
    public async Task A_login_with_a_live_session_is_a_sign_in()
    {
        await using var app = await IdentityApp.StartAsync();
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);

        var lines = await app.LinesOfAsync(() => IdentityApp.SignInAsync(browser));

        // No identify: the same profile was told a moment ago.
        Assert.Equal([$"Signed In {peter}"], lines);
    }

    [Fact]
    public async Task A_switch_of_user_signs_in_the_new_one_without_the_browsers_anonymous_id()
    {
        await using var app = await IdentityApp.StartAsync();
        var peter = await app.CreateUserAsync();
        var samir = await app.CreateUserAsync("samir@example.com");
        using var browser = app.OpenBrowser(out var jar);
        jar.Cookies.Add(new Cookie("ajs_anonymous_id", "browser-1", "/", "localhost"));

        await IdentityApp.SignInAsync(browser);
        await IdentityApp.SignInAsync(browser, "samir@example.com");

        var calls = await app.RecordedAsync();
        Assert.Equal(
            [$"identify {peter} browser-1", $"Signed In {peter} browser-1", $"identify {samir} ", $"Signed In {samir} "],
            calls.Select(call => $"{call.Event} {call.UserId} {call.AnonymousId}"));
        Payload.Equal(
            $$"""
            {
              "userId": "{{samir}}",
              "type": "track",
              "event": "Signed In",
              "properties": { "username": "samir@example.com" },
              "context": {
                "page": { "path": "/Identity/Account/Login" },
                "library": { "name": "Intilery.AspNetCore", "version": "*" },
                "app": { "name": "Intilery.AspNetCore.Tests", "version": "*" }
              },
              "messageId": "*",
              "timestamp": "*"
            }
            """,
            calls[3]);
    }

    [Fact]
    public async Task A_sign_in_by_code_without_a_session_is_a_sign_in()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Endpoints = routes => routes.MapPost("/magic-link", async (SignInManager<IdentityUser> signIns, UserManager<IdentityUser> users) =>
            {
                await signIns.SignInAsync((await users.FindByEmailAsync("peter@example.com"))!, isPersistent: false);
                return Results.Ok();
            }),
        });
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        using var response = await browser.PostAsync("/magic-link");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal([$"identify {peter}", $"Signed In {peter}"], await app.LinesAsync());
    }
}
