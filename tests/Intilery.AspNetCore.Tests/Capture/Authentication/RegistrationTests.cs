using System.Net;
using AngleSharp.Html.Parser;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

public sealed class RegistrationTests
{
    [Fact]
    public async Task A_registration_that_signs_in_identifies_once_then_signs_up_then_signs_in()
    {
        await using var app = await IdentityApp.StartAsync();
        using var browser = app.OpenBrowser();

        await RegisterAsync(browser);

        var peter = await IdOfAsync(app, "peter@example.com");
        var calls = await app.RecordedAsync();
        Assert.Equal([$"identify {peter}", $"Signed Up {peter}", $"Signed In {peter}"], calls.Select(call => call.ToString()));
        Assert.Equal(3, calls.Select(call => call.MessageId).Distinct().Count());
        Payload.Equal(
            $$"""
            {
              "userId": "{{peter}}",
              "type": "track",
              "event": "Signed Up",
              "properties": { "type": "organic", "email": "peter@example.com", "username": "peter@example.com" },
              "context": {
                "page": { "path": "/Identity/Account/Register" },
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
    public async Task A_registration_that_waits_for_confirmation_signs_up_at_once_and_signs_in_later()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { Identity = options => options.SignIn.RequireConfirmedAccount = true });
        using var browser = app.OpenBrowser();

        var link = string.Empty;
        var registration = await app.LinesOfAsync(async () =>
        {
            using var response = await RegisterAsync(browser);
            using var page = await browser.GetAsync(response.Headers.Location!.OriginalString);
            using var html = await new HtmlParser().ParseDocumentAsync(await page.Content.ReadAsStringAsync());
            link = html.QuerySelector("#confirm-link")!.GetAttribute("href")!;
        });
        var early = await app.LinesOfAsync(async () =>
        {
            using var refused = await browser.SubmitAsync(
                "/Identity/Account/Login", ("Input.Email", "peter@example.com"), ("Input.Password", "Pa55word!"));
            Assert.Equal(HttpStatusCode.OK, refused.StatusCode);
        });
        var confirmation = await app.LinesOfAsync(async () =>
        {
            using var confirmed = await browser.GetAsync(link);
            Assert.Contains("Thank you for confirming", await confirmed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        });
        var login = await app.LinesOfAsync(() => IdentityApp.SignInAsync(browser));

        var peter = await IdOfAsync(app, "peter@example.com");
        Assert.Equal([$"identify {peter}", $"Signed Up {peter}"], registration);
        Assert.Empty(early);
        Assert.Empty(confirmation);
        Assert.Equal([$"Signed In {peter}"], login);
    }

    private static Task<HttpResponseMessage> RegisterAsync(TestBrowser browser) => browser.SubmitAsync(
        "/Identity/Account/Register",
        ("Input.Email", "peter@example.com"),
        ("Input.Password", "Pa55word!"),
        ("Input.ConfirmPassword", "Pa55word!"));

    private static Task<string> IdOfAsync(IdentityApp app, string email) => app.WithScopeAsync(async services =>
        (await services.GetRequiredService<UserManager<IdentityUser>>().FindByEmailAsync(email))!.Id);
}
