using System.Net;
using Intilery.AspNetCore.Tests.Support;

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
}
