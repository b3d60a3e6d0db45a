using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Intilery.AspNetCore.BrowserTests.Site;
using Intilery.AspNetCore.BrowserTests.Support;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Playwright;

namespace Intilery.AspNetCore.BrowserTests;

/// <summary>What the page makes of reports that the sample application does not have: the answers to the page are the tests'.</summary>
public sealed class PageViewsTests(Chromium chromium)
{
    private const string Hostile = "<img src=x onerror=window.pwned=1>";
    private const string Line = "builder.Services.AddIntilery().MapAccounts<Workspace>(workspace => workspace.Id, workspace => workspace.Name);";

    [Fact]
    public async Task The_number_of_hints_is_on_the_tab_and_their_code_can_be_copied_and_is_text()
    {
        await using var context = await chromium.OpenAsync();
        await using var site = await PageSite.StartAsync();
        await context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"], new() { Origin = site.Origin });
        await AnswerAsync(context, "coverage", $$"""
            {"since":"2026-03-01T12:00:00Z","events":[],"hints":["1 sign-in, and none with an account. If that is the account's id, set \"Intilery:Tenant:ClaimType\": \"team\", or call AddIntilery().UseTenantResolver<T>().","Workspace looks like an account: {{Line}}","{{Hostile}} is not watched."]}
            """);
        var page = await OpenAsync(context, site);

        await Assertions.Expect(page.Locator("#findings")).ToHaveTextAsync("3");
        await page.ClickAsync("#tabs a[href='#/coverage']");
        await Assertions.Expect(page.Locator(".hints li")).ToHaveCountAsync(3);

        Assert.Equal(["\"Intilery:Tenant:ClaimType\": \"team\"", "AddIntilery().UseTenantResolver<T>()", Line], await page.Locator(".hints code").AllInnerTextsAsync());
        Assert.Equal(Hostile + " is not watched.", await page.Locator(".hints li").Last.InnerTextAsync());
        Assert.Equal(0, await page.Locator("#coverage img").CountAsync());
        await page.Locator(".hints button").Last.ClickAsync();
        await Assertions.Expect(page.Locator("#toast")).ToHaveTextAsync("Line copied");
        Assert.Equal(Line, await page.EvaluateAsync<string>("() => navigator.clipboard.readText()").WaitAsync(Patience.Limit, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Dead_letters_are_retried_at_once_and_purged_after_one_more_question_and_a_double_click_asks_for_nothing_twice()
    {
        await using var context = await chromium.OpenAsync();
        await using var site = await PageSite.StartAsync();
        await MapAsync(context);
        await AnswerAsync(context, "outbox", """
            {"keeps":true,"delivers":true,"survivesProcess":true,"waiting":3,"oldest":7,"deadLetters":1,"elsewhere":2,"delivery":{"state":"working"},"answers":[],"others":[],
            "charts":{"captured":[1],"delivered":[1],"backlog":[1]}}
            """);
        await AnswerAsync(context, "outbox/dead", """{"letters":[{"id":"7","event":"Signed Up","user":"peter","reason":"400 bad","at":"2026-03-01T12:00:00Z","json":"{}"}]}""");
        var posted = await TakePostsAsync(context, "dead");
        var page = await OpenAsync(context, site);
        await page.ClickAsync("#tabs a[href='#/outbox']");
        await Assertions.Expect(page.Locator("#outbox .card").First.Locator(".more")).ToHaveTextAsync("the oldest for 7 seconds, 2 for another destination");
        await page.ClickAsync("#outbox summary");
        await page.ClickAsync("#outbox .acts button:text-is('Retry')");
        await Assertions.Expect(page.Locator("#toast")).ToHaveTextAsync("It waits for delivery again");
        await Assertions.Expect(page.Locator("#main")).ToBeFocusedAsync();

        await page.ClickAsync("#outbox summary");
        await page.ClickAsync("#outbox .acts button:text-is('Purge')");
        await page.DblClickAsync("#outbox .acts button:text-is('Delete it for good?')");
        await Assertions.Expect(page.Locator("#toast")).ToHaveTextAsync("Deleted");
        Assert.Equal(["retry id=7&check=t", "purge id=7&check=t"], posted);
    }

    [Fact]
    public async Task Another_destination_is_purged_after_one_more_question_and_the_outbox_shows_what_its_nodes_share()
    {
        await using var context = await chromium.OpenAsync();
        await using var site = await PageSite.StartAsync();
        await MapAsync(context);
        await AnswerAsync(context, "outbox", """
            {"keeps":true,"delivers":true,"store":"the table IntileryOutbox","survivesProcess":true,"isShared":true,"waiting":2,"oldest":7,"deadLetters":0,"elsewhere":2,"delivery":{"state":"working"},"answers":[],
            "others":[{"address":"https://tracking.example.com/track/1/2/3","events":2,"runningTrials":1}],"charts":{"captured":[1],"delivered":[1],"backlog":[1]}}
            """);
        await AnswerAsync(context, "outbox/waiting", """
            {"isWhole":true,"groups":[],"held":[],"isHeldWhole":true,"nodes":[
            {"name":"web-1","isThis":true,"holdsLease":false,"isGone":false},{"name":"web-2","isThis":false,"holdsLease":true,"isGone":false},{"name":"web-3","isThis":false,"holdsLease":false,"isGone":true}]}
            """);
        var posted = await TakePostsAsync(context, "destination");

        var page = await OpenAsync(context, site);
        await page.ClickAsync("#tabs a[href='#/outbox']");
        await Assertions.Expect(page.Locator("#outbox .lead").First).ToHaveTextAsync(
            "Events wait in the table IntileryOutbox. What waits is that of all nodes; the charts and the last answers are this node's.");
        await Assertions.Expect(page.Locator("#outbox .line:has(.light)")).ToHaveTextAsync(
        [
            "web-1Stands byrecords, and delivers when the lease is freethis node",
            "web-2Delivershas the lease on delivery",
            "web-3Goneits heartbeat stands still; its events are taken over",
        ]);

        await page.ClickAsync("#outbox .acts button:text-is('Purge')");
        Assert.Empty(posted);
        await page.ClickAsync("#outbox .acts button:text-is('Delete all of it for good?')");
        await Assertions.Expect(page.Locator("#toast")).ToHaveTextAsync("Purged");
        await page.ClickAsync("#outbox .acts button:text-is('Redirect to the configured one')");
        await page.ClickAsync("#outbox .acts button:text-is('Redirect all of it?')");
        await Assertions.Expect(page.Locator("#toast")).ToHaveTextAsync("Redirected");
        const string Other = " address=https%3A%2F%2Ftracking.example.com%2Ftrack%2F1%2F2%2F3&events=2&trials=1&check=t";
        Assert.Equal(["purge" + Other, "redirect" + Other], posted);
    }

    [Fact]
    public async Task Of_five_hundred_events_a_hundred_are_in_the_document_until_older_ones_are_asked_for_and_scrolling_lays_nothing_out()
    {
        await using var context = await chromium.OpenAsync();
        await using var site = await PageSite.StartAsync();
        var rows = string.Join(',', Enumerable.Range(1, 500).Select(id =>
            $$"""{"id":{{id}},"event":"Signed In","at":"2026-03-01T12:00:00Z","state":"suppressed","reason":"duplicate","user":"user{{id}}","steps":[]}"""));
        await context.RouteAsync("**/_intilery/live", route => route.FulfillAsync(new()
        {
            ContentType = "text/event-stream",
            Body = "retry: 3600000\nevent: hello\ndata: {\"machine\":\"web-1\",\"events\":[]}\n\ndata: [" + rows + "]\n\n",
        }));
        var page = await context.NewPageAsync();
        await page.GotoAsync(site.Origin + "/_intilery#/live");
        await Assertions.Expect(page.Locator("#rows .row")).ToHaveCountAsync(100);
        await Assertions.Expect(page.Locator("#count")).ToHaveTextAsync("100 of 500 shown, captured by web-1; the last 500 are kept");

        var devTools = await context.NewCDPSessionAsync(page);
        await devTools.SendAsync("Performance.enable");
        var before = await MetricsAsync(devTools);
        await page.EvaluateAsync("() => new Promise(done => { let frames = 0; const step = () => { scrollBy(0, 60); if (++frames < 60) requestAnimationFrame(step); else done(); }; step(); })")
            .WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        var after = await MetricsAsync(devTools);
        TestContext.Current.SendDiagnosticMessage($"A frame of scrolling takes {string.Join(", ", new[] { "ScriptDuration", "RecalcStyleDuration", "LayoutDuration", "TaskDuration" }.Select(name => FormattableString.Invariant($"{(after[name] - before[name]) * 1000 / 60:0.00} ms of {name}")))}.");
        Assert.InRange(after["LayoutCount"] - before["LayoutCount"], 0, 20);

        await page.ClickAsync("#more:text-is('Show 100 older events')");
        await Assertions.Expect(page.Locator("#rows .row")).ToHaveCountAsync(200);
        await page.FillAsync("#user", "user50");
        await Assertions.Expect(page.Locator("#rows .row .who")).ToHaveTextAsync(["user500", "user50"]);
        await Assertions.Expect(page.Locator("#more")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Without_hints_nothing_is_on_the_tab()
    {
        await using var context = await chromium.OpenAsync();
        await using var site = await PageSite.StartAsync();
        await AnswerAsync(context, "coverage", """{"since":"2026-03-01T12:00:00Z","events":[],"hints":[]}""");
        var page = await OpenAsync(context, site);
        await page.ClickAsync("#tabs a[href='#/coverage']");
        await page.Locator("#coverage h1").WaitForAsync();

        await Assertions.Expect(page.Locator("#findings")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Long_names_and_ids_scroll_no_view_of_a_phone_sideways()
    {
        await using var context = await chromium.OpenAsync();
        await using var site = await PageSite.StartAsync();
        var name = new string('e', 200);
        await AnswerAsync(context, "outbox", """
            {"keeps":true,"delivers":true,"store":"a table","survivesProcess":true,"waiting":2,"oldest":7,"deadLetters":1,"elsewhere":1,"delivery":{"state":"working"},"answers":[],
            "others":[{"address":"https://tracking.example.com/track/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","events":1,"runningTrials":1}],
            "charts":{"captured":[1],"delivered":[1],"backlog":[1]}}
            """);
        await AnswerAsync(context, "outbox/waiting", $$"""
            {"isWhole":true,"groups":[{"event":"{{name}}","count":1,"users":1,"age":0}],"held":[{"user":"{{name}}","changes":1,"events":1,"age":0}],"isHeldWhole":true,
            "nodes":[{"name":"{{name}}","isThis":true,"holdsLease":true,"isGone":false}]}
            """);
        await AnswerAsync(context, "outbox/dead", $$"""{"letters":[{"id":"1","event":"{{name}}","user":"{{name}}","reason":"{{name}}","at":"2026-03-01T12:00:00Z","json":"{}"}]}""");
        var page = await OpenAsync(context, site);
        await page.SetViewportSizeAsync(360, 740);
        await using var scope = site.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ILifecycleTracker>()
            .TrackAsync(new CustomEvent("An event whose name is as long as the names of the events of many applications are") { UserId = "peter" }, TestContext.Current.CancellationToken);
        await page.Locator("#rows .row").First.WaitForAsync();
        await AssertFitsAsync(page);

        await page.ClickAsync("#group");
        await page.Locator("#rows .scope").First.WaitForAsync();
        await AssertFitsAsync(page);

        await page.ClickAsync("#tabs a[href='#/outbox']");
        await page.ClickAsync("#outbox summary");
        await AssertFitsAsync(page);
        Assert.Contains("1 event waiting, 1 trial running", await page.Locator("#outbox").InnerTextAsync(), StringComparison.Ordinal);
    }

    private static async Task<Dictionary<string, double>> MetricsAsync(ICDPSession devTools) =>
        (await devTools.SendAsync("Performance.getMetrics"))!.Value.GetProperty("metrics").EnumerateArray().ToDictionary(it => it.GetProperty("name").GetString()!, it => it.GetProperty("value").GetDouble());

    // The page as the application maps it: what is waiting can be changed.
    private static async Task MapAsync(IBrowserContext context) => await context.RouteAsync("**/_intilery", async route =>
    {
        var page = await (await route.FetchAsync()).TextAsync();
        await route.FulfillAsync(new()
        {
            ContentType = "text/html; charset=utf-8",
            Body = Regex.Replace(page, "data-access=.*? data-token=\"[^\"]*\"", "data-access=\"Mapped\" data-field=\"check\" data-token=\"t\""),
        });
    });

    private static async Task<ConcurrentQueue<string>> TakePostsAsync(IBrowserContext context, string what)
    {
        var posted = new ConcurrentQueue<string>();
        await context.RouteAsync($"**/_intilery/{what}/*", route =>
        {
            if (route.Request.Method != "POST")
            {
                return route.FallbackAsync();
            }

            posted.Enqueue(route.Request.Url[(route.Request.Url.LastIndexOf('/') + 1)..] + " " + route.Request.PostData);
            return route.FulfillAsync(new() { ContentType = "application/json", Body = """{"done":1}""" });
        });
        return posted;
    }

    // Every part of the view, not the document alone: what is cut off scrolls nothing.
    private static async Task AssertFitsAsync(IPage page) => Assert.Equal(
        string.Empty,
        await page.EvaluateAsync<string>(
            "() => [...document.querySelectorAll('body *')].filter(it => it.checkVisibility() && !it.closest('.hidden, .skip, option') && it.getBoundingClientRect().right > 360.5).map(it => it.id || it.className).join()")
            .WaitAsync(Patience.Limit, TestContext.Current.CancellationToken));

    private static async Task AnswerAsync(IBrowserContext context, string view, string json) =>
        await context.RouteAsync("**/_intilery/" + view, route => route.FulfillAsync(new() { ContentType = "application/json", Body = json }));

    private static async Task<IPage> OpenAsync(IBrowserContext context, PageSite site)
    {
        var page = await context.NewPageAsync();
        await page.GotoAsync(site.Origin + "/_intilery#/live");
        await page.Locator("#link.on").WaitForAsync();
        return page;
    }
}
