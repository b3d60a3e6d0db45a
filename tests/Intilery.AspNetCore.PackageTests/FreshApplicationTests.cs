using System.Net;
using AngleSharp.Html.Parser;
using Intilery.AspNetCore.PackageTests.Support;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.PackageTests;

/// <summary>The promise, kept by a fresh application of the template with the package, an account and the one line.</summary>
public sealed class FreshApplicationTests(BuiltApplications applications) : IDisposable
{
    private const string Email = "peter@example.com";
    private const string Password = "Pa55word!";

    private readonly string _data = Directory.CreateTempSubdirectory("intilery-data-").FullName;

    [Fact]
    public async Task Register_confirm_sign_in_and_out_are_exactly_these_events()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await StartAsync(api);
        using var browser = app.OpenBrowser();

        await RegisterAndConfirmAsync(browser);
        Assert.False(await SignInAsync(browser, "Wr0ng-password!"));
        Assert.True(await SignInAsync(browser, Password));
        await SignOutAsync(browser);
        Assert.True(await SignInAsync(browser, Password));
        await SignOutAsync(browser);
        await app.StopAsync();

        Assert.Equal(["identify", "Signed Up", "Signed In", "Signed Out", "Signed In", "Signed Out"], api.Accepted.Select(call => call.Event));
        var userId = UserId();
        Assert.All(api.Accepted, call => Assert.Equal(userId, call.UserId));
        Assert.All(api.Accepted, call => Assert.Null(call.GroupId));
        Assert.All(api.Accepted, call => Assert.Equal("acme/acme/ACME", call.Destination));
        Assert.Equal(api.Accepted.Count, api.Accepted.Select(call => call.MessageId).Distinct().Count());
    }

    [Fact]
    public async Task A_stored_tenant_claim_is_the_group_of_a_sign_in()
    {
        await using var api = await TrackingApi.StartAsync();
        await using (var first = await StartAsync(api))
        {
            using var browser = first.OpenBrowser();
            await RegisterAndConfirmAsync(browser);
            await first.StopAsync();
        }

        Execute($"INSERT INTO AspNetUserClaims (UserId, ClaimType, ClaimValue) VALUES ('{UserId()}', 'tenant_id', 'acme-ltd')");
        await using var second = await StartAsync(api);
        using var returning = second.OpenBrowser();
        Assert.True(await SignInAsync(returning, Password));
        await SignOutAsync(returning);
        await second.StopAsync();

        var signedIn = Assert.Single(api.Accepted, call => call.Event == "Signed In");
        Assert.Equal("acme-ltd", signedIn.GroupId);
        Assert.Equal(UserId(), signedIn.UserId);
        Assert.Equal("acme-ltd", Assert.Single(api.Accepted, call => call.Event == "Signed Out").GroupId);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private static async Task RegisterAndConfirmAsync(TestBrowser browser)
    {
        using var registered = await browser.SubmitAsync(
            "/Identity/Account/Register", ("Input.Email", Email), ("Input.Password", Password), ("Input.ConfirmPassword", Password));
        Assert.Equal(HttpStatusCode.Redirect, registered.StatusCode);
        using var page = await browser.GetAsync(registered.Headers.Location!.ToString());
        using var document = await new HtmlParser().ParseDocumentAsync(await page.Content.ReadAsStringAsync());
        using var confirmed = await browser.GetAsync(document.QuerySelector("#confirm-link")!.GetAttribute("href")!);
        Assert.Contains("Thank you for confirming your email", await confirmed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<bool> SignInAsync(TestBrowser browser, string password)
    {
        using var response = await browser.SubmitAsync("/Identity/Account/Login", ("Input.Email", Email), ("Input.Password", password));
        return response.StatusCode == HttpStatusCode.Redirect;
    }

    private static async Task SignOutAsync(TestBrowser browser)
    {
        using var response = await browser.SubmitAsync("/Identity/Account/Logout");
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
    }

    private Task<RunningApp> StartAsync(TrackingApi api)
    {
        // The template brings a database with its migration applied; each test works on a copy.
        var folder = applications.FolderOf(ApplicationSources.Template);
        if (!File.Exists(DatabasePath()))
        {
            File.Copy(Path.Combine(folder, "app.db"), DatabasePath());
        }

        return RunningApp.StartAsync(folder, applications.AssemblyOf(ApplicationSources.Template), new Dictionary<string, string>
        {
            ["ConnectionStrings__DefaultConnection"] = $"DataSource={DatabasePath()};Cache=Shared",
            ["Intilery__ClientId"] = TrackingApi.ClientId,
            ["Intilery__AuthToken"] = TrackingApi.Token,
            ["Intilery__BaseAddress"] = api.BaseAddress,
            ["Intilery__Outbox__Path"] = Path.Combine(_data, "outbox"),
        });
    }

    private string DatabasePath() => Path.Combine(_data, "app.db");

    private string UserId() => (string)Execute("SELECT Id FROM AspNetUsers")!;

    private object? Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={DatabasePath()};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The text is the test's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
