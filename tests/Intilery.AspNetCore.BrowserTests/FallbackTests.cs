using Intilery.AspNetCore.BrowserTests.Site;
using Intilery.AspNetCore.BrowserTests.Support;

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
        await using var person = await chromium.OpenSmallSiteAsync(new Variant(tag, "none", IsSlow: false));
        var page = await person.OpenTabAsync();
        var anonymous = (string?)(await person.BrowseAsync(page))["anonymousId"];
        await person.RegisterAsync(page, "peter-" + tag);
        await person.WithCallAsync(
            () => page.EvaluateAsync("id => { analytics.identify(id); }", "user-peter-" + tag), call => (string?)call["type"] == "identify");

        var landing = await person.SignOutAsync(page);

        Assert.Equal("nobody", await page.TextContentAsync("#user"));
        Assert.Equal(("user-peter-" + tag, anonymous), ((string?)landing["userId"], (string?)landing["anonymousId"]));
    }

    [Fact]
    public async Task Where_storage_is_blocked_the_servers_deletions_are_the_reset()
    {
        await using var person = await chromium.OpenSmallSiteAsync(new Variant("next", "inline", IsSlow: false));
        var page = await person.OpenTabAsync();
        await page.AddInitScriptAsync("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('blocked', 'SecurityError'); } })");
        var anonymous = (string)(await person.BrowseAsync(page))["anonymousId"]!;
        var signedIn = await Registered.AsAsync(person, page, anonymous);

        var position = person.Position;
        var landing = await person.SignOutAsync(page);
        var next = await person.BrowseAsync(page, "/login");

        signedIn.AssertGone(person.SentSince(position));
        Assert.Equal((string?)landing["anonymousId"], (string?)next["anonymousId"]);
    }
}
