extern alias teams;

using System.Net;
using System.Text.RegularExpressions;
using Intilery.AspNetCore.Testing;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Samples;

/// <summary>What the sample refuses, and what it says then.</summary>
public sealed partial class TeamsAppRulesTests : IDisposable
{
    private readonly TemporaryFile _database = new("teams.db");

    [Fact]
    public async Task A_team_keeps_its_owner_whom_no_administrator_changes_or_removes()
    {
        await using var app = Start();
        using var peter = await SignInAsync(app, "peter@initech.example");
        using var samir = await SignInAsync(app, "samir@initech.example");
        var owner = Members().Count(await ReadAsync(peter, "/"));
        var home = await ReadAsync(samir, "/");
        var team = Team().Match(home).Groups[1].Value;
        var peterId = app.GetIntileryRecorder().Events.First(recorded => recorded.Name == "Signed In").UserId!;

        using var removed = await PostAsync(samir, $"/teams/{team}/members/{peterId}/remove");
        using var demoted = await PostAsync(samir, $"/teams/{team}/members/{peterId}/role", ("role", "Member"));
        using var promoted = await PostAsync(samir, Members().Match(home).Groups[1].Value + "/role", ("role", "Owner"));
        using var invited = await PostAsync(samir, $"/teams/{team}/invites", ("Email", "bob@example.com"), ("Role", "Owner"));

        Assert.Equal(
            [HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.Redirect],
            [removed.StatusCode, demoted.StatusCode, promoted.StatusCode, invited.StatusCode]);
        Assert.Equal((2, 1), (owner, Members().Count(home)));
        Assert.Contains("You are owner of this team.", await ReadAsync(peter, "/"), StringComparison.Ordinal);
        Assert.DoesNotContain("bob@example.com", await ReadAsync(samir, "/"), StringComparison.Ordinal);
        app.GetIntileryRecorder().AssertNone("Account Removed User");
    }

    [Fact]
    public async Task An_invite_that_was_used_or_never_sent_says_so_and_adds_nobody()
    {
        await using var app = Start();
        using var peter = await SignInAsync(app, "peter@initech.example");
        using var sent = await PostAsync(peter, $"/teams/{Team().Match(await ReadAsync(peter, "/")).Groups[1].Value}/invites", ("Email", "bob@example.com"), ("Role", "Member"));
        var invite = Invite().Match(await ReadAsync(peter, "/")).Value;
        using var bob = new TestBrowser(app.CreateClient(new() { AllowAutoRedirect = false }));
        using var registered = await bob.SubmitAsync(
            $"/register?invite={invite.Split('/')[^1]}", ("FirstName", "Bob"), ("LastName", "Porter"), ("Email", "bob@example.com"), ("Password", "Pa55word!"));

        using var spent = await bob.GetAsync(invite);
        using var unknown = await bob.GetAsync($"/invites/{Guid.NewGuid()}");
        using var again = await PostAsync(peter, invite + "/accept");

        Assert.Equal(
            [HttpStatusCode.Redirect, HttpStatusCode.Gone, HttpStatusCode.NotFound, HttpStatusCode.Gone],
            [registered.StatusCode, spent.StatusCode, unknown.StatusCode, again.StatusCode]);
        Assert.Contains("This invitation was used already", await spent.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("This invitation is unknown", await unknown.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        app.GetIntileryRecorder().AssertSingle("Account Added User");
    }

    public void Dispose() => _database.Dispose();

    [GeneratedRegex("""action="/teams/([0-9a-f-]+)/invites""")]
    private static partial Regex Team();

    [GeneratedRegex("""action="(/teams/[0-9a-f-]+/members/[0-9a-f-]+)/remove""")]
    private static partial Regex Members();

    [GeneratedRegex("/invites/[0-9a-f-]{36}")]
    private static partial Regex Invite();

    private static async Task<TestBrowser> SignInAsync(WebApplicationFactory<teams::Program> app, string email)
    {
        var browser = new TestBrowser(app.CreateClient(new() { AllowAutoRedirect = false }));
        using var answer = await browser.SubmitAsync("/login", ("Email", email), ("Password", "Pa55word!"));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return browser;
    }

    // With the antiforgery token of the page that creates a team, which any signed-in person sees.
    private static async Task<HttpResponseMessage> PostAsync(TestBrowser browser, string path, params (string Name, string Value)[] fields)
    {
        var token = Token().Match(await ReadAsync(browser, "/teams/new")).Groups[1].Value;
        return await browser.Client.PostAsync(
            path,
            new FormUrlEncodedContent(fields.Append(("__RequestVerificationToken", token)).Select(field => KeyValuePair.Create(field.Item1, field.Item2))),
            TestContext.Current.CancellationToken);
    }

    private static async Task<string> ReadAsync(TestBrowser browser, string path)
    {
        using var answer = await browser.GetAsync(path);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    [GeneratedRegex("""name="__RequestVerificationToken" type="hidden" value="([^"]+)""")]
    private static partial Regex Token();

    private WebApplicationFactory<teams::Program> Start() => new WebApplicationFactory<teams::Program>()
        .WithWebHostBuilder(host => host
            .UseSetting("ConnectionStrings:Teams", $"Data Source={_database.Path};Pooling=False")
            .ConfigureLogging(logging => logging.ClearProviders()))
        .WithIntileryRecorder();
}
