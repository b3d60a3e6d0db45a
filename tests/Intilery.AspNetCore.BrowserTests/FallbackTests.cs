using Intilery.AspNetCore.BrowserTests.Site;
using Intilery.AspNetCore.BrowserTests.Support;
using Microsoft.Playwright;

namespace Intilery.AspNetCore.BrowserTests;

/// <summary>What the browser shows where the script is missing, or cannot do all of its work.</summary>
public sealed class FallbackTests(Chromium chromium)
{
    [Theory]
    [InlineData("next")]
    [InlineData("classic")]
    [InlineData("customerio")]
    public async Task Without_the_element_the_tag_brings_everything_back_from_its_storage(string tag)
    {
        await using var person = await chromium.OpenAsync(new Variant(tag, Variant.Nowhere, IsSlow: false));
        var page = await person.OpenTabAsync();
        var anonymous = (string)(await person.BrowseAsync(page))["anonymousId"]!;
        var name = Guid.NewGuid().ToString("N");
        await person.RegisterAsync(page, name);
        await person.WithCallAsync(
            () => page.EvaluateAsync("name => { analytics.identify('user-' + name, { plan: 'plan-' + name }); analytics.group('team-' + name); }", name),
            call => (string?)call["type"] == "group");

        var landing = await person.SignOutAsync(page);

        Assert.True(await page.IsVisibleAsync("header a[href='/login']"));
        Assert.Equal(("user-" + name, anonymous), ((string?)landing["userId"], (string?)landing["anonymousId"]));
        var kept = await Person.KeptAsync(page);
        Assert.Equal(("user-" + name, "team-" + name, anonymous), (kept["cookie ajs_user_id"], kept["stored ajs_group_id"], kept["cookie ajs_anonymous_id"]));
        Assert.Contains("plan-" + name, kept["stored ajs_user_traits"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("next", "http")]
    [InlineData("classic", "http")]
    [InlineData("customerio", "https")]
    public async Task In_a_page_without_the_tag_there_is_none_and_the_next_page_that_has_it_is_told_of_the_user(string tag, string scheme)
    {
        await using var person = await chromium.OpenAsync(new Variant(tag, "inline", IsSlow: false), scheme);
        var page = await person.OpenTabAsync();
        var name = Guid.NewGuid().ToString("N")[..8];
        await person.FillInAsync(page, name);
        var tagless = new Cookie { Name = VariantPages.Tagless, Value = "1", Domain = "localhost", Path = "/" };
        await person.Context.AddCookiesAsync([tagless]);

        var position = person.Position;
        await page.ClickAsync("form[action='/register'] button");
        await page.WaitForSelectorAsync("form[action='/logout']");
        Assert.Equal("undefined none", await page.EvaluateAsync<string>("() => typeof window.analytics + ' ' + (window.analytics?.page() ?? 'none')"));
        Assert.Empty(person.SentSince(position));

        await person.Context.ClearCookiesAsync(new() { Name = VariantPages.Tagless });
        var landing = await person.BrowseAsync(page, "/login");

        var (userId, groupId) = await person.Site.IdsAsync(name);
        Assert.Equal(userId, (string?)landing["userId"]);
        Assert.Equal(groupId, (string?)(await person.WaitForAsync(position, call => (string?)call["type"] == "group"))["groupId"]);
        Assert.Equal(userId, (string?)(await person.WaitForAsync(position, call => (string?)call["type"] == "identify"))["userId"]);
        Assert.Empty(person.Complaints);
    }

    [Fact]
    public async Task Where_storage_is_blocked_the_servers_deletions_are_the_reset()
    {
        await using var person = await chromium.OpenAsync(new Variant("next", "inline", IsSlow: false));
        var page = await person.OpenTabAsync();
        await page.AddInitScriptAsync("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('blocked', 'SecurityError'); } })");
        var signedIn = await Registered.AsAsync(person, page);

        var position = person.Position;
        var landing = await person.SignOutAsync(page);
        var next = await person.BrowseAsync(page, "/login");

        signedIn.AssertGone(person.SentSince(position));
        Assert.Equal((string?)landing["anonymousId"], (string?)next["anonymousId"]);
    }
}
