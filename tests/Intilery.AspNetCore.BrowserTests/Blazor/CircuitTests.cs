using Intilery.AspNetCore.BrowserTests.Support;
using Microsoft.Playwright;

namespace Intilery.AspNetCore.BrowserTests.Blazor;

/// <summary>Clicks in an interactive server circuit, by a real browser.</summary>
public sealed class CircuitTests(Chromium chromium, BlazorSite site) : IClassFixture<BlazorSite>
{
    [Fact]
    public async Task A_click_is_one_scope_of_the_circuits_person_and_recorded_on_disk()
    {
        await using var context = await chromium.OpenAsync();
        var peter = await site.CreateUserAsync();
        await SignInAsync(context, peter);
        var board = await OpenBoardAsync(context, peter);

        await board.ClickAsync("#invite");
        await Assertions.Expect(board.Locator("#state")).ToHaveTextAsync("invited 1");
        await board.ClickAsync("#invite");
        await Assertions.Expect(board.Locator("#state")).ToHaveTextAsync("invited 2");

        var recorded = await site.Recordings.OfAsync(peter, 10);
        Assert.Equal(
            [
                $"identify {peter}", $"Signed In {peter}",
                $"Invite Sent {peter}", $"identify invitee-1-of-{peter}", $"Signed Up invitee-1-of-{peter}", $"Account Added User invitee-1-of-{peter}",
                $"Invite Sent {peter}", $"identify invitee-2-of-{peter}", $"Signed Up invitee-2-of-{peter}", $"Account Added User invitee-2-of-{peter}",
            ],
            recorded.Select(call => $"{call.Name} {call.UserId}"));
        Assert.Equal(recorded.Select(call => call.Name), site.OnDisk(peter));

        // Of the person's browser, and not of the address that a hub's connection began with; nothing of it follows other people.
        Assert.All(recorded.Skip(2), call => Assert.False(call.Context!.Value.TryGetProperty("page", out _)));
        Assert.All(recorded.Where(call => call.Name == "Invite Sent"), call => Assert.Equal("browser-1", call.AnonymousId));
        Assert.All(recorded.Where(call => call.UserId != peter), call => Assert.Null(call.AnonymousId));
        Assert.All(recorded.Where(call => call.Name == "Signed Up"), call => Assert.Equal(("invited", "team-of-" + peter), (Property(call, "type"), call.GroupId)));
        Assert.All(recorded.Where(call => call.Name == "Account Added User"), call => Assert.Equal("Guest", Property(call, "role")));
    }

    [Fact]
    public async Task What_a_handler_does_after_a_wait_is_still_the_persons_and_recorded()
    {
        await using var context = await chromium.OpenAsync();
        var peter = await site.CreateUserAsync();
        await SignInAsync(context, peter);
        var board = await OpenBoardAsync(context, peter);

        await board.ClickAsync("#invite-after-a-wait");
        await Assertions.Expect(board.Locator("#state")).ToHaveTextAsync("invited 1");

        var recorded = await site.Recordings.OfAsync(peter, 6);
        Assert.Equal(
            [$"Invite Sent {peter}", $"identify invitee-1-of-{peter}", $"Signed Up invitee-1-of-{peter}", $"Account Added User invitee-1-of-{peter}"],
            recorded.Skip(2).Select(call => $"{call.Name} {call.UserId}"));
        Assert.Equal("invited", Property(recorded.Single(call => call.Name == "Signed Up"), "type"));
    }

    [Fact]
    public async Task A_scope_that_a_handler_opens_is_one_of_the_circuits_person_waits_included()
    {
        await using var context = await chromium.OpenAsync();
        var peter = await site.CreateUserAsync();
        await SignInAsync(context, peter);
        var board = await OpenBoardAsync(context, peter);

        await board.ClickAsync("#invite-in-a-scope");
        await Assertions.Expect(board.Locator("#state")).ToHaveTextAsync("invited 1");

        var recorded = await site.Recordings.OfAsync(peter, 6);
        Assert.Equal(
            [$"Invite Sent {peter}", $"identify invitee-1-of-{peter}", $"Signed Up invitee-1-of-{peter}", $"Account Added User invitee-1-of-{peter}"],
            recorded.Skip(2).Select(call => $"{call.Name} {call.UserId}"));
        Assert.Equal("browser-1", recorded[2].AnonymousId);
        Assert.Equal(("invited", "team-of-" + peter), (Property(recorded[4], "type"), recorded[4].GroupId));
        Assert.Equal("Guest", Property(recorded[5], "role"));
    }

    [Fact]
    public async Task A_circuit_that_outlives_the_sign_out_in_another_tab_is_still_its_persons()
    {
        await using var context = await chromium.OpenAsync();
        var peter = await site.CreateUserAsync();
        var home = await SignInAsync(context, peter);
        var board = await OpenBoardAsync(context, peter);
        await home.BringToFrontAsync();
        await home.ClickAsync("#sign-out button");
        await Assertions.Expect(home.Locator("#user")).ToHaveTextAsync("nobody");

        await board.BringToFrontAsync();
        await board.ClickAsync("#invite");
        await Assertions.Expect(board.Locator("#state")).ToHaveTextAsync("invited 1");

        var recorded = await site.Recordings.OfAsync(peter, 7);
        Assert.Equal(
            ["identify", "Signed In", "Signed Out", "Invite Sent", "identify", "Signed Up", "Account Added User"], recorded.Select(call => call.Name));
        Assert.Equal(peter, recorded[3].UserId);

        // Opened again, it is nobody's.
        await board.ReloadAsync();
        await Assertions.Expect(board.Locator("#state")).ToHaveTextAsync("ready");
        await Assertions.Expect(board.Locator("#user")).ToHaveTextAsync(string.Empty);
    }

    [Fact]
    public async Task A_pages_first_render_and_its_handlers_are_the_persons_and_what_they_leave_behind_is_nobodys()
    {
        await using var context = await chromium.OpenAsync();
        var peter = await site.CreateUserAsync();
        await SignInAsync(context, peter);
        var diary = await context.NewPageAsync();
        await diary.GotoAsync(site.Address + "/diary");
        await Assertions.Expect(diary.Locator("#state")).ToHaveTextAsync("ready");

        await diary.ClickAsync("#begin");
        await Assertions.Expect(diary.Locator("#state")).ToHaveTextAsync("begun");

        // The page is still open.
        await Assert.ThrowsAsync<ArgumentException>(site.Errand.EndAsync);
        var recorded = await site.Recordings.OfAsync(peter, 4);
        Assert.Equal(["identify", "Signed In", "Diary Opened", "Errand Begun"], recorded.Select(call => call.Name));
        Assert.All(recorded, call => Assert.Equal("browser-1", call.AnonymousId));
    }

    [Theory]
    [InlineData("sign-out")]
    [InlineData("sign-out-enhanced")]
    public async Task Forms_of_pages_that_the_server_renders_sign_in_and_out_and_the_browser_is_reset(string form)
    {
        await using var context = await chromium.OpenAsync();
        var peter = await site.CreateUserAsync();
        var home = await SignInAsync(context, peter);
        await context.AddCookiesAsync([Tag("ajs_user_id", peter), Tag("ajs_group_id", "team")]);

        // An enhanced form is posted by fetch, and the page stays the same document.
        await home.EvaluateAsync("() => { window.kept = true; }");
        var posted = await home.RunAndWaitForResponseAsync(
            () => home.ClickAsync($"#{form} button"), response => response.Request.Method == "POST");
        await Assertions.Expect(home.Locator("#user")).ToHaveTextAsync("nobody");

        Assert.Equal(form == "sign-out-enhanced", await home.EvaluateAsync<bool>("() => window.kept === true"));
        Assert.Equal("function", await home.EvaluateAsync<string>("() => typeof window.intilery.reset"));
        var cookies = (await posted.HeadersArrayAsync()).Where(header => header.Name.Equals("set-cookie", StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).ToList();
        Assert.Contains(cookies, cookie => cookie.StartsWith("intilery_reset=", StringComparison.Ordinal));
        Assert.All(["ajs_user_id", "ajs_anonymous_id", "ajs_group_id"], name => Assert.Contains(cookies, cookie => cookie.StartsWith(name + "=;", StringComparison.Ordinal)));
        var kept = await context.CookiesAsync();
        Assert.Contains(kept, cookie => cookie.Name == "intilery_reset");
        Assert.DoesNotContain(kept, cookie => cookie.Name is "ajs_user_id" or "ajs_group_id" || cookie.Value == "browser-1");

        var recorded = await site.Recordings.OfAsync(peter, 3);
        Assert.Equal(["identify", "Signed In", "Signed Out"], recorded.Select(call => call.Name));
        Assert.All(recorded, call => Assert.Equal(("browser-1", "/"), (call.AnonymousId, call.Context!.Value.GetProperty("page").GetProperty("path").GetString())));
    }

    private static string? Property(RecordedEvent call, string name) => call.Properties!.Value.GetProperty(name).GetString();

    private static Cookie Tag(string name, string value) => new() { Name = name, Value = value, Domain = "127.0.0.1", Path = "/" };

    private async Task<IPage> SignInAsync(IBrowserContext context, string name)
    {
        await context.AddCookiesAsync([Tag("ajs_anonymous_id", "browser-1")]);
        var page = await context.NewPageAsync();
        await page.GotoAsync(site.Address);
        await page.EvaluateAsync("() => { window.kept = true; }");
        await page.FillAsync("#sign-in input[name=Name]", name);
        await page.ClickAsync("#sign-in button");
        await Assertions.Expect(page.Locator("#user")).ToHaveTextAsync(name);

        // By fetch, for the document is the same.
        Assert.True(await page.EvaluateAsync<bool>("() => window.kept === true"));
        return page;
    }

    private async Task<IPage> OpenBoardAsync(IBrowserContext context, string name)
    {
        var page = await context.NewPageAsync();
        await page.GotoAsync(site.Address + "/board");
        await Assertions.Expect(page.Locator("#state")).ToHaveTextAsync("ready");
        await Assertions.Expect(page.Locator("#user")).ToHaveTextAsync(name);
        return page;
    }
}
