using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Samples;

/// <summary>The sample's whole story, told by two people at two browsers to the built application.</summary>
public sealed partial class TeamsAppStoryTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task A_team_lives_from_sign_up_to_deletion_and_each_of_the_ten_events_is_sent_with_all_its_properties()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await SampleProcess.StartTeamsAppAsync(_folder, new Uri(api.BaseAddress).Port);
        using var peter = await app.OpenBrowserAsync();
        using var joanna = await app.OpenBrowserAsync();

        await SubmitAsync(
            peter, "/register",
            ("FirstName", "Peter"), ("LastName", "Gibbons"), ("JobTitle", "Mr"), ("Phone", "410-555-9412"),
            ("Email", "pgibbons@example.com"), ("Password", "Pa55word!"));
        await SubmitAsync(peter, "/teams/new", ("Name", "Chotchkies"));
        var home = await ReadAsync(peter, "/");
        var team = InvitesOfTeam().Match(home).Groups[1].Value;
        await SubmitAsync(
            peter, "/", ("Email", "joanna@example.com"), ("FirstName", "Joanna"), ("LastName", "Aniston"), ("Role", "Admin"));
        await TrialAsync(peter, team, "", new { planName = "Business", days = 500 }, HttpStatusCode.BadRequest);
        await TrialAsync(peter, team, "", new { planName = "Business", days = 14 });

        var invite = Invite().Match(await ReadAsync(peter, "/")).Groups[1].Value;
        await SubmitAsync(
            joanna, $"/register?invite={invite}",
            ("FirstName", "Joanna"), ("LastName", "Aniston"), ("JobTitle", "Ms"), ("Phone", "410-555-0000"),
            ("Email", "joanna@example.com"), ("Password", "Pa55word!"));
        await PressAsync(joanna, "/", "/logout");
        await SubmitAsync(joanna, "/login", ("Email", "joanna@example.com"), ("Password", "Pa55word!"));

        await PressAsync(peter, "/", Members().Match(await ReadAsync(peter, "/")).Groups[1].Value + "/remove");
        await TrialAsync(peter, team, "/end", null);
        await PressAsync(peter, "/", $"/teams/{team}/switch");
        await PressAsync(peter, "/", $"/teams/{team}/delete");
        await PressAsync(peter, "/teams/new", "/logout");

        var calls = await api.AcceptedAsync(18);
        var peterId = calls[0].UserId;
        var joannaId = calls.First(call => call.UserId != peterId).UserId;
        Assert.Equal(
            [
                """Peter identify {"firstName":"Peter","lastName":"Gibbons","email":"pgibbons@example.com","phone":"410-555-9412","username":"pgibbons@example.com","title":"Mr"}""",
                """Peter Signed Up {"type":"organic","first_name":"Peter","last_name":"Gibbons","email":"pgibbons@example.com","phone":"410-555-9412","username":"pgibbons@example.com","title":"Mr"}""",
                """Peter Signed In {"username":"pgibbons@example.com"}""",
                """Peter Account Created of TEAM {"account_name":"Chotchkies"}""",
                """Peter Account Added User of TEAM {"role":"Owner"}""",
                """Peter Invite Sent of TEAM {"invitee_email":"joanna@example.com","invitee_first_name":"Joanna","invitee_last_name":"Aniston","invitee_role":"Admin"}""",
                """Peter Trial Started of TEAM {"trial_start_date":"TIME","trial_end_date":"TIME","trial_plan_name":"Business"}""",
                """Joanna identify of TEAM {"firstName":"Joanna","lastName":"Aniston","email":"joanna@example.com","phone":"410-555-0000","username":"joanna@example.com","title":"Ms"}""",
                """Joanna Signed Up of TEAM {"type":"invited","first_name":"Joanna","last_name":"Aniston","email":"joanna@example.com","phone":"410-555-0000","username":"joanna@example.com","title":"Ms"}""",
                """Joanna Account Added User of TEAM {"role":"Admin"}""",
                """Joanna Signed In of TEAM {"username":"joanna@example.com"}""",
                """Joanna Signed Out of TEAM {"username":"joanna@example.com"}""",
                """Joanna Signed In of TEAM {"username":"joanna@example.com"}""",
                """Joanna Account Removed User of TEAM {}""",
                """Peter Trial Ended of TEAM {"trial_start_date":"TIME","trial_end_date":"TIME","trial_plan_name":"Business"}""",
                """Peter Team Switched of TEAM {}""",
                """Peter Account Deleted of TEAM {"account_name":"Chotchkies"}""",
                """Peter Signed Out {"username":"pgibbons@example.com"}""",
            ],
            calls.Select(Told));

        string Told(ReceivedCall call)
        {
            var properties = (call.Call["properties"] ?? call.Call["traits"])!.ToJsonString();
            var account = call.GroupId is { } group ? $" of {(group == team ? "TEAM" : group)}" : null;
            var who = call.UserId == peterId ? "Peter" : call.UserId == joannaId ? "Joanna" : call.UserId;
            return $"{who} {call.Event}{account} {Time().Replace(properties, "TIME")}";
        }
    }

    public void Dispose() => _folder.Dispose();

    [GeneratedRegex("""action="/teams/([0-9a-f-]+)/invites""")]
    private static partial Regex InvitesOfTeam();

    [GeneratedRegex("""href="/invites/([0-9a-f-]+)""")]
    private static partial Regex Invite();

    [GeneratedRegex("""action="(/teams/[0-9a-f-]+/members/[0-9a-f-]+)/remove""")]
    private static partial Regex Members();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")]
    private static partial Regex Time();

    private static async Task SubmitAsync(TestBrowser browser, string path, params (string, string)[] fields)
    {
        using var answer = await browser.SubmitAsync(path, fields);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    private static async Task PressAsync(TestBrowser browser, string page, string action)
    {
        using var answer = await browser.PostBackAsync(page, action);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    private static async Task TrialAsync(TestBrowser browser, string team, string action, object? body, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var answer = await browser.Client.PostAsJsonAsync($"/api/teams/{team}/trial{action}", body, TestContext.Current.CancellationToken);
        Assert.Equal(expected, answer.StatusCode);
    }

    private static async Task<string> ReadAsync(TestBrowser browser, string path)
    {
        using var answer = await browser.GetAsync(path);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
