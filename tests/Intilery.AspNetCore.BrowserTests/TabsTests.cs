using System.Text.Json.Nodes;
using Intilery.AspNetCore.BrowserTests.Site;
using Intilery.AspNetCore.BrowserTests.Support;
using Microsoft.Playwright;

namespace Intilery.AspNetCore.BrowserTests;

/// <summary>Other tabs, pages gone back to, and whoever signs in next.</summary>
public sealed class TabsTests(Chromium chromium)
{
    [Theory]
    [InlineData("next", "https", "localhost")]
    [InlineData("next", "http", "app.example.test")]
    [InlineData("classic", "https", "localhost")]
    [InlineData("customerio", "https", "localhost")]
    [InlineData("customerio", "http", "app.example.test")]
    public async Task Another_open_tab_forgets_too_and_joins_the_new_anonymous_id(string tag, string scheme, string host)
    {
        await using var person = await chromium.OpenAsync(new Variant(tag, "inline", IsSlow: false), scheme, host);
        var (page, other) = (await person.OpenTabAsync(), await person.OpenTabAsync());
        var signedIn = await Registered.AsAsync(person, page);
        Assert.Equal(signedIn.UserId, (string?)(await person.BrowseAsync(other))["userId"]);

        var position = person.Position;
        var landing = await person.SignOutAsync(page);
        await other.BringToFrontAsync();

        // What a tab does that is shown again; where the browser tells of cookies, it has long done so.
        await other.EvaluateAsync("() => window.dispatchEvent(new Event('pageshow'))");
        var fromOther = await person.WithCallAsync(() => other.EvaluateAsync("() => { analytics.track('From the other tab'); }"), call => (string?)call["type"] == "track");
        var reloaded = await person.BrowseAsync(other, "/login");
        var again = await person.BrowseAsync(page, "/login");

        signedIn.AssertGone(person.SentSince(position));
        Assert.All(new[] { fromOther, reloaded, again }, call => Assert.Equal((string?)landing["anonymousId"], (string?)call["anonymousId"]));
        Assert.Empty(person.Complaints);
    }

    [Theory]
    [InlineData("next")]
    [InlineData("classic")]
    [InlineData("customerio")]
    public async Task A_tab_that_sees_late_what_another_tab_has_stored_joins_the_new_anonymous_id_all_the_same(string tag)
    {
        await using var person = await chromium.OpenAsync(new Variant(tag, "inline", IsSlow: false));
        var (page, other) = (await person.OpenTabAsync(), await person.OpenTabAsync());
        await other.AddInitScriptAsync("cookieStore.addEventListener('change', e => e.stopImmediatePropagation())");
        var signedIn = await Registered.AsAsync(person, page);
        await person.BrowseAsync(other);
        await other.EvaluateAsync(
            """
            () => {
              const seen = { ...localStorage }, { setItem, removeItem } = Storage.prototype;
              Storage.prototype.getItem = name => name in seen ? seen[name] : null;
              Storage.prototype.setItem = function (name, value) { seen[name] = String(value); setItem.call(this, name, value); };
              Storage.prototype.removeItem = function (name) { delete seen[name]; removeItem.call(this, name); };
            }
            """);

        var position = person.Position;
        var landing = await person.SignOutAsync(page);
        await other.EvaluateAsync("() => window.dispatchEvent(new Event('pageshow'))");
        var fromOther = await person.WithCallAsync(() => other.EvaluateAsync("() => { analytics.track('From the other tab'); }"), call => (string?)call["type"] == "track");
        var again = await person.BrowseAsync(page, "/login");

        signedIn.AssertGone(person.SentSince(position));
        Assert.All(new[] { fromOther, again }, call => Assert.Equal((string?)landing["anonymousId"], (string?)call["anonymousId"]));
        Assert.Empty(person.Complaints);
    }

    [Fact]
    public async Task A_page_that_is_long_in_coming_is_still_the_one_that_is_told_of_the_user()
    {
        await using var person = await chromium.OpenAsync(new Variant("next", "inline", IsSlow: false));
        await person.Context.AddCookiesAsync([new Cookie { Name = VariantPages.SlowHome, Value = "1", Domain = "localhost", Path = "/" }]);
        var page = await person.OpenTabAsync();

        await Registered.AsAsync(person, page);

        var told = person.SentSince(0).Select(json => JsonNode.Parse(json)!).Where(call => (string?)call["type"] is "identify" or "group").ToList();
        Assert.Equal(3, told.Count); // The user, the account, and what the page itself says of the user afterwards.
        Assert.All(told, call => Assert.Equal("/", (string?)call["context"]!["page"]!["path"]));
        Assert.Empty(person.Complaints);
    }

    [Theory]
    [InlineData("next")]
    [InlineData("classic")]
    [InlineData("customerio")]
    public async Task A_page_gone_back_to_has_forgotten(string tag)
    {
        await using var person = await chromium.OpenAsync(new Variant(tag, "file", IsSlow: false));
        var page = await person.OpenTabAsync();
        var signedIn = await Registered.AsAsync(person, page);

        var position = person.Position;
        await person.SignOutAsync(page);
        await page.GoBackAsync();
        Assert.Equal("back_forward", await page.EvaluateAsync<string>("() => performance.getEntriesByType('navigation')[0].type"));
        await person.WithCallAsync(() => page.EvaluateAsync("() => { analytics.track('Back'); }"), call => (string?)call["type"] == "track");

        signedIn.AssertGone(person.SentSince(position));
        Assert.Empty(person.Complaints);
    }

    [Theory]
    [InlineData("next")]
    [InlineData("classic")]
    [InlineData("customerio")]
    public async Task A_page_that_the_browser_had_kept_whole_has_forgotten_when_gone_back_to(string tag)
    {
        await using var person = await chromium.OpenKeptPagesAsync(new Variant(tag, "file", IsSlow: false));
        await person.Context.AddCookiesAsync([new Cookie { Name = VariantPages.MayBeKept, Value = "1", Domain = "localhost", Path = "/" }]);
        var page = await person.OpenTabAsync();
        var signedIn = await Registered.AsAsync(person, page);
        await page.EvaluateAsync("() => { addEventListener('pageshow', e => { if (e.persisted) { analytics.track('Kept'); } }); }");

        var position = person.Position;
        await person.SignOutAsync(page);
        await person.WithCallAsync(() => page.EvaluateAsync("() => { history.back(); }"), call => (string?)call["event"] == "Kept");

        signedIn.AssertGone(person.SentSince(position));
        Assert.Empty(person.Complaints);
    }

    [Theory]
    [InlineData("next", true)]
    [InlineData("next", false)]
    [InlineData("classic", true)]
    [InlineData("classic", false)]
    [InlineData("customerio", true)]
    [InlineData("customerio", false)]
    public async Task Whoever_signs_in_right_after_or_instead_is_somebody_else(string tag, bool signsOut)
    {
        await using var person = await chromium.OpenAsync(new Variant(tag, "nonce", IsSlow: false));
        var page = await person.OpenTabAsync();
        var signedIn = await Registered.AsAsync(person, page);
        var mary = "mary-" + signedIn.Name;
        var position = person.Position;
        var between = signsOut ? (string?)(await person.SignOutAsync(page))["anonymousId"] : null;
        await person.FillInAsync(page, mary);
        if (!signsOut)
        {
            position = person.Position; // The page with the form was still the person's before.
        }

        var landing = await person.SubmitRegistrationAsync(page);
        var next = await person.BrowseAsync(page, "/login");
        var (userId, _) = await person.Site.IdsAsync(mary);

        Assert.All(new[] { landing, next }, call => Assert.Equal(userId, (string?)call["userId"]));
        Assert.Equal((string?)landing["anonymousId"], (string?)next["anonymousId"]);
        if (signsOut)
        {
            Assert.Equal(between, (string?)landing["anonymousId"]);
        }

        signedIn.AssertGone(person.SentSince(position));
        Assert.Empty(person.Complaints);
    }
}
