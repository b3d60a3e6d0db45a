using System.Text.Json;
using Intilery.AspNetCore.BrowserTests.Site;
using Intilery.AspNetCore.BrowserTests.Support;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.Playwright;
using TeamsApp.Data;

namespace Intilery.AspNetCore.BrowserTests;

/// <summary>The page of the package, beside an application that somebody uses in a second tab.</summary>
public sealed class PageTests(Chromium chromium)
{
    private const string Hostile = "<img src=x onerror=window.pwned=1>";

    [Fact]
    public async Task What_somebody_does_in_a_second_tab_appears_with_the_JSON_that_Intilery_receives_and_a_hostile_name_is_text()
    {
        await using var context = await chromium.OpenAsync();
        await using var site = await PageSite.StartAsync();
        var (page, complaints) = await OpenAsync(context, site, "#/live");

        await RegisterAsync(context, site, Hostile);

        var received = await site.Api.AcceptedAsync(3);
        foreach (var call in received)
        {
            var row = page.Locator("#rows .row", new() { Has = page.Locator(".what", new() { HasTextString = call.Event }) }).First;
            await row.Locator(".head").ClickAsync();
            await Assertions.Expect(row.Locator("pre[data-json]")).ToHaveAttributeAsync("data-json", call.Json);
            await Assertions.Expect(row.Locator(".state")).ToHaveTextAsync("delivered");
        }

        Assert.Contains(Hostile, await page.Locator("#rows").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await page.Locator("#rows img").CountAsync());
        Assert.Null(await EvaluateAsync<int?>(page, "() => window.pwned ?? null"));
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task The_filter_is_in_the_address_and_a_pause_holds_what_comes()
    {
        await using var context = await chromium.OpenAsync();
        await using var site = await PageSite.StartAsync();
        var (page, _) = await OpenAsync(context, site, "#/live?event=Report+Exported");
        await TrackAsync(site, "peter", 1);
        await TrackAsync(site, "mary", 1);
        await Assertions.Expect(page.Locator("#rows .state.delivered")).ToHaveCountAsync(2);

        await page.FillAsync("#user", "mary");
        await Assertions.Expect(page.Locator("#rows .row")).ToHaveCountAsync(1);
        Assert.EndsWith("#/live?event=Report+Exported&user=mary", page.Url, StringComparison.Ordinal);

        await page.ClickAsync("#pause");
        await TrackAsync(site, "mary", 1);
        await Assertions.Expect(page.Locator("#count")).ToContainTextAsync("paused, 1 waiting");
        await Assertions.Expect(page.Locator("#rows .row")).ToHaveCountAsync(1);
        await page.ClickAsync("#pause");
        await Assertions.Expect(page.Locator("#rows .row")).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task A_row_shows_its_endpoint_and_trace_is_copied_as_JSON_and_as_cURL_and_stands_below_its_request()
    {
        await using var context = await chromium.OpenAsync();
        await using var site = await PageSite.StartAsync();
        await context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"], new() { Origin = site.Origin });
        var (page, complaints) = await OpenAsync(context, site, "#/live");
        await RegisterAsync(context, site, "Joanna");
        var received = await site.Api.AcceptedAsync(3);
        await page.BringToFrontAsync();

        var row = page.Locator("#rows .row", new() { Has = page.Locator(".what", new() { HasTextString = "Signed Up" }) }).First;
        await Assertions.Expect(row.Locator(".where span")).ToHaveTextAsync("POST /register");
        var trace = await row.Locator(".where code").InnerTextAsync();
        Assert.NotEmpty(trace);

        await row.Locator(".head").ClickAsync();
        Assert.Contains("Trace" + Environment.NewLine + trace, (await row.Locator(".facts").InnerTextAsync()).ReplaceLineEndings(), StringComparison.Ordinal);
        var sent = received.Single(call => call.Event == "Signed Up").Json;
        await row.GetByText("Copy JSON").ClickAsync();
        await Assertions.Expect(page.Locator("#toast")).ToHaveTextAsync("JSON copied");
        Assert.Equal(sent, await EvaluateAsync<string>(page, "() => navigator.clipboard.readText()"));
        await row.GetByText("Copy cURL").ClickAsync();
        await Assertions.Expect(page.Locator("#toast")).ToHaveTextAsync("cURL copied");
        var curl = await EvaluateAsync<string>(page, "() => navigator.clipboard.readText()");
        Assert.Contains($"--data '{{\"batch\":[{sent}]}}'", curl, StringComparison.Ordinal);
        Assert.DoesNotContain(TrackingApi.Token, curl, StringComparison.Ordinal);

        await page.ClickAsync("#group");
        Assert.EndsWith("#/live?group=1", page.Url, StringComparison.Ordinal);
        await Assertions.Expect(page.Locator("#rows .scope b")).ToHaveTextAsync("POST /register");
        await Assertions.Expect(page.Locator("#rows .scope ~ .row")).ToHaveCountAsync(3);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task With_the_keyboard_alone_a_row_is_opened_and_left_and_its_reason_is_explained()
    {
        await using var context = await chromium.OpenAsync();
        await using var site = await PageSite.StartAsync();
        var (page, complaints) = await OpenAsync(context, site, "#/live");
        await TrackAsync(site, "peter", 1);
        await using (var scope = site.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<UserManager<AppUser>>().CreateAsync(new AppUser { UserName = "mary", FirstName = "Mary", LastName = "Poppins" });
        }

        await Assertions.Expect(page.Locator("#rows .row")).ToHaveCountAsync(2);

        await page.FocusAsync("#clear");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#rows .row.open")).ToContainTextAsync("outside-scope: it happened after the end of its own request; or saved by a job or at seeding; open a scope if it counts.");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#rows .row.open")).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#rows .row.open .what")).ToHaveTextAsync("Report Exported");

        await page.ClickAsync("#tabs a[href='#/coverage']");
        await page.Locator("#coverage .line").First.WaitForAsync();
        await page.FocusAsync(".skip");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#main")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("#coverage")).ToBeVisibleAsync();
        Assert.EndsWith("#/coverage", page.Url, StringComparison.Ordinal);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task The_outbox_shows_what_waits_and_what_Intilery_has_answered()
    {
        await using var context = await chromium.OpenAsync();
        await using var site = await PageSite.StartAsync();
        var (page, complaints) = await OpenAsync(context, site, "#/outbox");
        await TrackAsync(site, "peter", 1);
        await site.Api.AcceptedAsync(1);

        await Assertions.Expect(page.Locator("#outbox .answer")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("#outbox .answer")).ToContainTextAsync("Accepted");
        await Assertions.Expect(page.Locator("#outbox .answer .num")).ToHaveTextAsync("1 event");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task After_ten_thousand_events_the_last_five_hundred_are_there()
    {
        await using var context = await chromium.OpenAsync();
        await using var site = await PageSite.StartAsync();
        var (page, complaints) = await OpenAsync(context, site, "#/live");

        await TrackAsync(site, "peter", 10_000);
        await TrackAsync(site, "the-last", 1);

        await Assertions.Expect(page.Locator("#rows .row").First.Locator(".who")).ToHaveTextAsync("the-last", new() { Timeout = 60_000 });
        await Assertions.Expect(page.Locator("#count")).ToContainTextAsync("100 of 500 shown");
        Assert.Empty(complaints);
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 390)]
    public async Task Axe_finds_nothing_serious(ColorScheme scheme, int width)
    {
        var axe = Path.Combine(TagFiles.Folder, "node_modules", "axe-core", "axe.min.js");
        Assert.SkipUnless(File.Exists(axe), "axe-core is not installed; tests/run.sh installs it where npm is.");
        await using var context = await chromium.OpenAsync();
        await using var site = await PageSite.StartAsync();
        await RegisterAsync(context, site, "Joanna");
        await site.Api.AcceptedAsync(3);
        var (page, complaints) = await OpenAsync(context, site, "#/live");
        await page.EmulateMediaAsync(new() { ColorScheme = scheme });
        await page.SetViewportSizeAsync(width, 800);
        await page.EvaluateAsync(await File.ReadAllTextAsync(axe, TestContext.Current.CancellationToken)).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        foreach (var (view, sign) in new[] { ("live", "#rows .row"), ("coverage", "#coverage .line"), ("outbox", "#outbox .card"), ("setup", "#setup .panel") })
        {
            await page.ClickAsync($"#tabs a[href='#/{view}']");
            await page.Locator(sign).First.WaitForAsync();
            if (view == "live")
            {
                await page.Locator("#rows .head").First.ClickAsync();
            }

            var found = await EvaluateAsync<JsonElement>(page, "async () => (await axe.run(document)).violations.map(({ id, impact, nodes }) => ({ id, impact, html: nodes[0].html }))");
            Assert.DoesNotContain(found.EnumerateArray(), violation => violation.GetProperty("impact").GetString() is "serious" or "critical");
        }

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task No_view_scrolls_sideways_on_a_phone_of_360_pixels()
    {
        await using var context = await chromium.OpenAsync();
        await using var site = await PageSite.StartAsync();
        await TrackAsync(site, new string('u', 450), 1);
        await RegisterAsync(context, site, new string('n', 100));
        await site.Api.AcceptedAsync(4);
        var (page, _) = await OpenAsync(context, site, "#/live");
        await page.SetViewportSizeAsync(360, 740);

        foreach (var (view, sign) in new[] { ("live", "#rows .row"), ("coverage", "#coverage .line"), ("outbox", "#outbox .card"), ("setup", "#setup .panel") })
        {
            await page.ClickAsync($"#tabs a[href='#/{view}']");
            await page.Locator(sign).First.WaitForAsync();
            foreach (var opens in await page.Locator("#rows .head:visible, #setup button:visible").AllAsync())
            {
                await opens.ClickAsync();
            }

            Assert.Equal((view, 360), (view, await EvaluateAsync<int>(page, "() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")));
        }
    }

    // Playwright has no limit for what a page evaluates, and a page behind another tab paints no frame.
    private static async Task<T> EvaluateAsync<T>(IPage page, string script)
    {
        await page.BringToFrontAsync();
        return await page.EvaluateAsync<T>(script).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
    }

    private static async Task<(IPage Page, List<string> Complaints)> OpenAsync(IBrowserContext context, PageSite site, string view)
    {
        var complaints = new List<string>();
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => complaints.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                complaints.Add(message.Text);
            }
        };
        await page.GotoAsync(site.Origin + "/_intilery" + view);
        await page.Locator("#link.on").WaitForAsync();
        return (page, complaints);
    }

    private static async Task RegisterAsync(IBrowserContext context, PageSite site, string firstName)
    {
        var page = await context.NewPageAsync();
        await page.GotoAsync(site.Origin + "/register");
        await page.FillAsync("#FirstName", firstName);
        await page.FillAsync("#LastName", "Aniston");
        await page.FillAsync("#Email", Guid.NewGuid().ToString("N") + "@example.com");
        await page.FillAsync("#Password", DemoData.Password);
        await page.ClickAsync("form[action='/register'] button");
        await page.WaitForURLAsync(url => !url.EndsWith("/register", StringComparison.Ordinal));

        // The tab stays open, behind the first: Chromium may never answer when one is closed whose next page comes.
        await context.Pages[0].BringToFrontAsync();
    }

    private static async Task TrackAsync(PageSite site, string userId, int times)
    {
        await using var scope = site.Services.CreateAsyncScope();
        var tracker = scope.ServiceProvider.GetRequiredService<ILifecycleTracker>();
        for (var i = 0; i < times; i++)
        {
            await tracker.TrackAsync(new CustomEvent("Report Exported") { UserId = userId }, TestContext.Current.CancellationToken);
        }
    }
}
