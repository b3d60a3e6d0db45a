using System.Net;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

public sealed class SignOutTests
{
    [Fact]
    public async Task A_sign_out_is_one_event_of_the_user_who_was_signed_in()
    {
        await using var app = await IdentityApp.StartAsync();
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        await app.ForgetAsync();

        await IdentityApp.SignOutAsync(browser);

        Payload.Equal(
            $$"""
            {
              "userId": "{{peter}}",
              "type": "track",
              "event": "Signed Out",
              "properties": { "username": "peter@example.com" },
              "context": {
                "page": { "path": "/Identity/Account/Logout" },
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
    public async Task A_sign_out_while_anonymous_is_nothing()
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();

        await PostAsync(browser, "/out");

        Assert.Empty(await app.LinesAsync());
        Assert.Contains("SignOutSucceeded anonymous-sign-out", app.Reasons());
    }

    [Fact]
    public async Task A_sign_out_with_a_copy_of_the_ended_ticket_is_nothing()
    {
        await using var app = await IdentityApp.StartAsync();
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser(out var jar);
        using var otherTab = app.OpenBrowser(out var otherJar);
        await IdentityApp.SignInAsync(browser);
        otherJar.Cookies.Add(jar.Cookies.GetAllCookies());
        await app.ForgetAsync();

        await IdentityApp.SignOutAsync(browser);
        await IdentityApp.SignOutAsync(otherTab);

        Assert.Equal([$"Signed Out {peter}"], await app.LinesAsync());
    }

    [Fact]
    public async Task Sessions_that_began_in_the_same_second_end_one_by_one()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { ServicesBefore = services => services.AddSingleton<TimeProvider>(time) });
        var peter = await app.CreateUserAsync();
        using var desktop = app.OpenBrowser();
        using var phone = app.OpenBrowser();
        await IdentityApp.SignInAsync(desktop);
        await IdentityApp.SignInAsync(phone);
        await app.ForgetAsync();

        await IdentityApp.SignOutAsync(desktop);
        await IdentityApp.SignOutAsync(phone);

        var calls = await app.RecordedAsync();
        Assert.Equal([$"Signed Out {peter}", $"Signed Out {peter}"], calls.Select(call => call.ToString()));
        Assert.NotEqual(calls[0].MessageId, calls[1].MessageId);
    }

    [Fact]
    public async Task Out_and_in_again_by_the_same_user_in_one_request_is_nothing()
    {
        await using var app = await StartAsync();
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);

        var lines = await app.LinesOfAsync(() => PostAsync(browser, "/out-and-in?email=peter@example.com"));

        Assert.Empty(lines);
    }

    [Fact]
    public async Task Out_and_in_as_somebody_else_in_one_request_is_a_sign_out_and_a_sign_in()
    {
        await using var app = await StartAsync();
        var peter = await app.CreateUserAsync();
        var samir = await app.CreateUserAsync("samir@example.com");
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);

        var lines = await app.LinesOfAsync(() => PostAsync(browser, "/out-and-in?email=samir@example.com"));

        Assert.Equal([$"Signed Out {peter}", $"identify {samir}", $"Signed In {samir}"], lines);
    }

    [Fact]
    public async Task In_and_out_again_by_somebody_anonymous_in_one_request_is_nothing()
    {
        await using var app = await StartAsync();
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        await PostAsync(browser, "/in-and-out?email=peter@example.com");

        Assert.Empty(await app.LinesAsync());
    }

    [Fact]
    public async Task The_page_that_deletes_the_account_signs_out_once()
    {
        await using var app = await IdentityApp.StartAsync();
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);

        var lines = await app.LinesOfAsync(async () =>
        {
            using var response = await browser.SubmitAsync("/Identity/Account/Manage/DeletePersonalData", ("Input.Password", "Pa55word!"));
            Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        });

        Assert.Equal([$"Signed Out {peter}"], lines);
    }

    private static Task<IdentityApp> StartAsync() => IdentityApp.StartAsync(new IdentityAppSetup
    {
        Endpoints = routes =>
        {
            routes.MapPost("/out-and-in", async (string email, SignInManager<IdentityUser> signIns, UserManager<IdentityUser> users) =>
            {
                await signIns.SignOutAsync();
                await signIns.SignInAsync((await users.FindByEmailAsync(email))!, isPersistent: false);
                return Results.Ok();
            });
            routes.MapPost("/out", (SignInManager<IdentityUser> signIns) => signIns.SignOutAsync());
            routes.MapPost("/in-and-out", async (string email, SignInManager<IdentityUser> signIns, UserManager<IdentityUser> users) =>
            {
                await signIns.SignInAsync((await users.FindByEmailAsync(email))!, isPersistent: false);
                await signIns.SignOutAsync();
                return Results.Ok();
            });
        },
    });

    private static async Task PostAsync(Browser browser, string path)
    {
        using var response = await browser.PostAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
