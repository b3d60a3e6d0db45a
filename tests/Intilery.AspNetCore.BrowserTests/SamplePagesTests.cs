extern alias quickstart;

using Intilery.AspNetCore.BrowserTests.Site;
using Intilery.AspNetCore.BrowserTests.Support;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Playwright;
using TeamsApp.Data;

namespace Intilery.AspNetCore.BrowserTests;

/// <summary>The samples' pages on a phone that is 360 pixels wide, as people see them who try the package.</summary>
public sealed class SamplePagesTests(Chromium chromium)
{
    private const string LongName = "Wolfeschlegelsteinhausenbergerdorff-International-Consulting";

    [Fact]
    public async Task No_page_of_TeamsApp_scrolls_sideways()
    {
        await using var context = await chromium.OpenAsync();
        await using var site = new SampleSite<TeamsDbContext>("Teams");
        var page = await OpenAsync(context);

        string[] paths = ["/", "/login", "/register", $"/invites/{Guid.NewGuid()}"];
        foreach (var path in paths.Prepend("/_intilery"))
        {
            await AssertFitsAsync(page, site.Address + path);
        }

        // What else answers GET redirects.
        Assert.Equal(
            ["Account.Login", "Account.Register", "ExternalLogin.Go", "ExternalLogin.Return", "Home.Index", "Invites.Show", "Teams.Create"],
            site.Services.GetRequiredService<EndpointDataSource>().Endpoints
                .Where(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains("GET") == true)
                .Select(endpoint => endpoint.Metadata.GetMetadata<ControllerActionDescriptor>())
                .OfType<ControllerActionDescriptor>()
                .Select(action => $"{action.ControllerName}.{action.ActionName}")
                .Order(StringComparer.Ordinal));

        await SignInAsync(page, site);
        await AssertFitsAsync(page, site.Address + "/teams/new");
        await page.FillAsync("#Name", LongName);
        await page.ClickAsync("form[action='/teams'] button");
        await page.FillAsync("[name=Email]", $"{LongName}@example.com");
        await page.ClickAsync("form[action$='/invites'] button");
        var invite = await page.GetAttributeAsync("a[href^='/invites/']", "href");
        await page.WaitForLoadStateAsync();
        await page.ClickAsync("[data-minutes='1']");
        await Assertions.Expect(page.Locator("time[data-until]")).ToBeVisibleAsync();
        await AssertFitsAsync(page, site.Address + "/");
        await AssertFitsAsync(page, site.Address + invite);
        await page.ClickAsync("form[action$='/accept'] button");
        await AssertFitsAsync(page, site.Address + invite);
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("This invitation was used already");
    }

    [Fact]
    public async Task No_page_of_Quickstart_scrolls_sideways()
    {
        await using var context = await chromium.OpenAsync();
        await using var site = new SampleSite<quickstart::Program>("Default");
        var page = await OpenAsync(context);

        var pages = Pages(site);
        Assert.Contains("/Identity/Account/Manage/TwoFactorAuthentication", pages);
        foreach (var path in pages.Prepend("/_intilery"))
        {
            await AssertFitsAsync(page, site.Address + path);
        }

        await page.GotoAsync(site.Address + "/Identity/Account/Register?returnUrl=%2F");
        await page.FillAsync("[name='Input.Email']", "a@example.com");
        await page.FillAsync("[name='Input.Password']", DemoData.Password);
        await page.FillAsync("[name='Input.ConfirmPassword']", DemoData.Password);
        await page.ClickAsync("#registerSubmit");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("You are signed in as a@example.com");
        await AssertFitsAsync(page, site.Address + "/");
        foreach (var path in Pages(site).Where(path => path.StartsWith("/Identity/Account/Manage", StringComparison.Ordinal)))
        {
            await AssertFitsAsync(page, site.Address + path);
        }

        await page.GotoAsync(site.Address + "/");
        await page.ClickAsync("button[type=submit]");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Sign up, and watch the log");
    }

    [Fact]
    public async Task A_member_is_removed_and_a_team_is_deleted_only_after_a_question()
    {
        await using var context = await chromium.OpenAsync();
        await using var site = new SampleSite<TeamsDbContext>("Teams");
        var page = await OpenAsync(context);
        var questions = new List<string>();
        var isSure = false;
        page.Dialog += async (_, dialog) =>
        {
            questions.Add(dialog.Message);
            await (isSure ? dialog.AcceptAsync() : dialog.DismissAsync());
        };
        await SignInAsync(page, site);
        var members = page.Locator(".members tr");

        await page.ClickAsync("form[action$='/remove'] button >> nth=0");
        await Assertions.Expect(members).ToHaveCountAsync(3);
        isSure = true;
        await page.ClickAsync("form[action$='/remove'] button >> nth=0");
        await Assertions.Expect(members).ToHaveCountAsync(2);
        await page.ClickAsync("form[action$='/delete'] button");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("New team");

        Assert.Equal(
            ["Remove samir@initech.example from Initech?", "Remove samir@initech.example from Initech?", "Delete Initech, with its members and invites?"],
            questions);
    }

    [Fact]
    public async Task The_panel_shows_what_the_last_click_has_sent_and_marks_nothing_older()
    {
        await using var context = await chromium.OpenAsync();
        await using var site = new SampleSite<TeamsDbContext>("Teams");
        var page = await OpenAsync(context);
        await SignInAsync(page, site);
        var fresh = page.Locator("#events li.fresh strong");
        await page.ClickAsync("#events summary");
        await Assertions.Expect(fresh).ToHaveTextAsync(["Signed In", "identify"]);
        await AssertFitsAsync(page);

        await page.ClickAsync("a[href='/teams/new']");
        await Assertions.Expect(page.Locator("#events li")).ToHaveCountAsync(2);
        await Assertions.Expect(fresh).ToHaveCountAsync(0);
        await page.FillAsync("#Name", "<img src=x onerror=alert(1)>");
        await page.ClickAsync("form[action='/teams'] button");

        await Assertions.Expect(fresh).ToHaveTextAsync(["Account Added User", "Account Created"]);
        await Assertions.Expect(page.Locator("#events li.fresh code").Last).ToHaveTextAsync("""{"account_name":"<img src=x onerror=alert(1)>"}""");
        Assert.Equal(0, await page.Locator("#events img").CountAsync());
    }

    [Fact]
    public async Task A_trial_counts_down_and_a_sign_out_that_stays_keeps_the_header()
    {
        await using var context = await chromium.OpenAsync();
        await using var site = new SampleSite<TeamsDbContext>("Teams");
        var page = await OpenAsync(context);
        await SignInAsync(page, site);

        await page.ClickAsync("[data-days='14']");
        await Assertions.Expect(page.Locator("time[data-until]")).ToHaveTextAsync("13 days 23 hours");
        await page.RunAndWaitForResponseAsync(() => page.ClickAsync("[data-trial=end]"), response => response.Url == site.Address + "/");
        await page.WaitForLoadStateAsync();
        await page.ClickAsync("[data-minutes='1']");
        await Assertions.Expect(page.Locator("time[data-until]")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^[1-5]?[0-9] seconds?$"));

        await page.ClickAsync("[data-sign-out=here]");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("You are signed out.");
        await Assertions.Expect(page.Locator("header .brand")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("header a[href='/login']")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("header form")).ToHaveCountAsync(0);
        await AssertFitsAsync(page);
    }

    private static async Task<IPage> OpenAsync(IBrowserContext context)
    {
        var page = await context.NewPageAsync();
        await page.SetViewportSizeAsync(360, 740);
        return page;
    }

    // Identity's own pages too. The download answers GET with nothing.
    private static List<string> Pages<T>(SampleSite<T> site)
        where T : class =>
        [
            .. site.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
                .Where(endpoint => endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null)
                .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.Split('{')[0].TrimEnd('/'))
                .Where(path => !path.EndsWith("/DownloadPersonalData", StringComparison.Ordinal))
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];

    private static async Task SignInAsync<T>(IPage page, SampleSite<T> site)
        where T : class
    {
        await page.GotoAsync(site.Address + "/login");
        await page.FillAsync("#Email", "peter@initech.example");
        await page.FillAsync("#Password", DemoData.Password);
        await page.ClickAsync("form[action='/login'] button");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Initech");

        // Buttons work once the scripts have run. Asked for, and not waited for as an event, which the page's stream of events can hide.
        await page.WaitForFunctionAsync("() => document.readyState === 'complete'");
    }

    private static async Task AssertFitsAsync(IPage page, string address)
    {
        var answer = await page.GotoAsync(address);

        // What a step of a sign-in throws that nobody has begun is the framework's page for developers.
        if (answer!.Status != StatusCodes.Status500InternalServerError)
        {
            await AssertFitsAsync(page);
        }
    }

    private static async Task AssertFitsAsync(IPage page) => Assert.Equal(
        $"{page.Url}: 360",
        $"{page.Url}: {await page.EvaluateAsync<int>("() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")}");
}
