using Intilery.AspNetCore.BrowserTests.Site;
using Intilery.AspNetCore.BrowserTests.Support;

namespace Intilery.AspNetCore.BrowserTests;

/// <summary>Pages that sign out and in by requests of their own, and stay.</summary>
public sealed class FetchTests(Chromium chromium)
{
    private const string WaitForReset =
        """
        () => new Promise((done, fail) => {
          const timer = setInterval(() => {
            if ([null, 'null'].includes(localStorage.getItem('ajs_user_id'))) { clearInterval(timer); done(); }
          }, 20);
          setTimeout(() => fail(new Error('The tag was not reset.')), 20000);
        })
        """;

    [Theory]
    [InlineData("next", 200, "https", "localhost")]
    [InlineData("next", 204, "http", "app.example.test")]
    [InlineData("classic", 204, "https", "localhost")]
    [InlineData("classic", 200, "http", "app.example.test")]
    [InlineData("customerio", 204, "https", "localhost")]
    [InlineData("customerio", 200, "http", "app.example.test")]
    public async Task The_call_after_a_sign_out_by_fetch_resets_the_tag_before_its_next_event(string tag, int status, string scheme, string host)
    {
        await using var person = await chromium.OpenSmallSiteAsync(new Variant(tag, "nonce", IsSlow: false), scheme, host);
        var page = await person.OpenTabAsync();
        var anonymous = (string)(await person.BrowseAsync(page))["anonymousId"]!;
        var signedIn = await Registered.AsAsync(person, page, anonymous);

        var position = person.Position;
        var after = await person.WithPageEventAsync(() => page.EvaluateAsync(
            "async status => { await fetch('/api/sign-out/' + status, { method: 'POST' }); intilery.reset(); analytics.page(); }", status));
        var next = await person.BrowseAsync(page, "/login");

        signedIn.AssertGone(person.SentSince(position));
        Assert.Equal((string?)after["anonymousId"], (string?)next["anonymousId"]);
        signedIn.AssertGone((await Person.KeptAsync(page)).Values);
        Assert.Empty(person.Complaints);
    }

    [Theory]
    [InlineData("next", "https", "localhost")]
    [InlineData("next", "http", "app.example.test")]
    [InlineData("classic", "http", "app.example.test")]
    [InlineData("customerio", "https", "localhost")]
    public async Task Without_the_call_a_page_notices_by_itself_and_is_told_of_the_next_user_too(string tag, string scheme, string host)
    {
        await using var person = await chromium.OpenSmallSiteAsync(new Variant(tag, "inline", IsSlow: false), scheme, host);
        var page = await person.OpenTabAsync();
        var anonymous = (string)(await person.BrowseAsync(page))["anonymousId"]!;
        var signedIn = await Registered.AsAsync(person, page, anonymous);

        await page.EvaluateAsync("async () => { await fetch('/api/sign-out/204', { method: 'POST' }); }");
        await page.EvaluateAsync(WaitForReset);
        var position = person.Position;
        var identify = await person.WithCallAsync(
            () => page.EvaluateAsync("async () => { await fetch('/register', { method: 'POST', body: new URLSearchParams({ name: 'mary-' + Date.now() }), redirect: 'manual' }); }"),
            call => (string?)call["type"] == "identify");

        Assert.StartsWith("user-mary-", (string?)identify["userId"], StringComparison.Ordinal);
        signedIn.AssertGone(person.SentSince(position));
    }
}
