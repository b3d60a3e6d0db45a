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
        var posted = new ConcurrentQueue<string>();
        await context.RouteAsync("**/_intilery", async route =>
        {
            var page = await (await route.FetchAsync()).TextAsync();
            await route.FulfillAsync(new()
            {
                ContentType = "text/html; charset=utf-8",
                Body = Regex.Replace(page, "data-access=.*? data-token=\"[^\"]*\"", "data-access=\"Mapped\" data-field=\"check\" data-token=\"t\""),
            });
        });
        await AnswerAsync(context, "outbox", """
            {"keeps":true,"delivers":true,"survivesProcess":true,"waiting":3,"oldest":7,"deadLetters":1,"elsewhere":2,"delivery":{"state":"working"},"answers":[],"others":[],
            "charts":{"captured":[1],"delivered":[1],"backlog":[1]}}
            """);
        await AnswerAsync(context, "outbox/dead", """{"letters":[{"id":"7","event":"Signed Up","user":"peter","reason":"400 bad","at":"2026-03-01T12:00:00Z","json":"{}"}]}""");
        foreach (var action in new[] { "retry", "purge" })
        {
            await context.RouteAsync("**/_intilery/dead/" + action, route =>
            {
                posted.Enqueue(action + " " + route.Request.PostData);
                return route.FulfillAsync(new() { ContentType = "application/json", Body = """{"done":1}""" });
            });
        }

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
