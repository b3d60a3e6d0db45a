using System.Net;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

public sealed class LiveSessionTests
{
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
        using var browser = await app.OpenSignedInAsync();

        using var response = await browser.SubmitAsync("/Identity/Account/Manage", ("Input.PhoneNumber", "410-555-9412"));

        var identify = Assert.Single(await app.RecordedAsync());
        Assert.Equal($"identify {peter}", identify.ToString());
        Assert.Equal("""{"email":"peter@example.com","phone":"410-555-9412","username":"peter@example.com"}""", identify.Call["traits"]!.ToJsonString());
    }
}
