using System.Net;
using AngleSharp.Html.Parser;
using Intilery.AspNetCore.PackageTests.Support;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.PackageTests;

/// <summary>The promise, kept by a fresh Blazor Web App, whose account pages are components that the server renders.</summary>
public sealed class FreshBlazorApplicationTests(BuiltApplications applications) : IDisposable
{
    private const string Email = "peter@example.com";
    private const string Password = "Pa55word!";

    private readonly string _data = Directory.CreateTempSubdirectory("intilery-data-").FullName;

    [Fact]
    public async Task Register_confirm_sign_in_and_out_are_exactly_these_messages()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await StartAsync(api);
        using var browser = app.OpenBrowser();

        await RegisterAndConfirmAsync(browser);
        Assert.Equal(HttpStatusCode.OK, await SignInAsync(browser, "Wr0ng-password!"));
        Assert.Equal(HttpStatusCode.Redirect, await SignInAsync(browser, Password));
        using (var signedOut = await browser.SubmitAsync("/", ("ReturnUrl", "")))
        {
            Assert.Equal(HttpStatusCode.Redirect, signedOut.StatusCode);
            Assert.Contains(signedOut.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith("intilery_reset=", StringComparison.Ordinal));
        }

        await app.StopAsync();

        Assert.Equal(4, api.Accepted.Count);
        var userId = api.Accepted[0].UserId;
        Payload.Equal(Call(userId, "identify", "/Account/Register", """ "traits": { "email": "peter@example.com", "username": "peter@example.com" } """), api.Accepted[0]);
        Payload.Equal(
            Call(userId, "Signed Up", "/Account/Register", """ "properties": { "type": "organic", "email": "peter@example.com", "username": "peter@example.com" } """),
            api.Accepted[1]);
        Payload.Equal(Call(userId, "Signed In", "/Account/Login", """ "properties": { "username": "peter@example.com" } """), api.Accepted[2]);
        Payload.Equal(Call(userId, "Signed Out", "/Account/Logout", """ "properties": { "username": "peter@example.com" } """), api.Accepted[3]);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private static string Call(string? userId, string name, string page, string rest) => $$"""
        {
          "userId": "{{userId}}",
          "type": "{{(name == "identify" ? "identify" : "track")}}",
          "event": "{{name}}",
          {{rest}},
          "context": {
            "page": { "path": "{{page}}" },
            "library": { "name": "Intilery.AspNetCore", "version": "*" },
            "app": { "name": "BlazorApp", "version": "*" }
          },
          "messageId": "*",
          "timestamp": "*",
          "sentAt": "*"
        }
        """;

    private static async Task RegisterAndConfirmAsync(TestBrowser browser)
    {
        using var registered = await browser.SubmitAsync(
            "/Account/Register", ("Input.Email", Email), ("Input.Password", Password), ("Input.ConfirmPassword", Password));
        Assert.Equal(HttpStatusCode.Redirect, registered.StatusCode);
        using var page = await browser.GetAsync(registered.Headers.Location!.ToString());
        using var document = await new HtmlParser().ParseDocumentAsync(await page.Content.ReadAsStringAsync());
        var link = document.QuerySelectorAll("a").Single(anchor => anchor.TextContent == "Click here to confirm your account");
        using var confirmed = await browser.GetAsync(link.GetAttribute("href")!);
        Assert.Contains("Thank you for confirming your email", await confirmed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> SignInAsync(TestBrowser browser, string password)
    {
        using var response = await browser.SubmitAsync("/Account/Login", ("Input.Email", Email), ("Input.Password", password));
        return response.StatusCode;
    }

    private Task<RunningApp> StartAsync(TrackingApi api)
    {
        // The template brings a database with its migration applied; the test works on a copy.
        var folder = applications.FolderOf(ApplicationSources.Blazor);
        var database = Path.Combine(_data, "app.db");
        File.Copy(Path.Combine(folder, "Data", "app.db"), database);
        return RunningApp.StartAsync(folder, applications.AssemblyOf(ApplicationSources.Blazor), new Dictionary<string, string>
        {
            ["ConnectionStrings__DefaultConnection"] = $"DataSource={database};Cache=Shared",
            ["Intilery__ClientId"] = TrackingApi.ClientId,
            ["Intilery__AuthToken"] = TrackingApi.Token,
            ["Intilery__BaseAddress"] = api.BaseAddress,
            ["Intilery__Outbox__Path"] = Path.Combine(_data, "outbox"),
        });
    }
}
