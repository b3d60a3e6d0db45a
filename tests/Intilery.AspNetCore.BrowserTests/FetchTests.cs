using Intilery.AspNetCore.BrowserTests.Site;
using Intilery.AspNetCore.BrowserTests.Support;
using Microsoft.Playwright;

namespace Intilery.AspNetCore.BrowserTests;

/// <summary>Pages that sign out and in by requests of their own, and stay.</summary>
public sealed class FetchTests(Chromium chromium)
{
    private const string RegisterByFetch =
        """
        async address => {
          const form = new DOMParser().parseFromString(await (await fetch(address)).text(), 'text/html').querySelector('form');
          form.elements.FirstName.value = 'Mary';
          form.elements.LastName.value = 'Ann';
          form.elements.Password.value = 'Pa55word!';
          await fetch('/register', { method: 'POST', body: new FormData(form), redirect: 'manual' });
        }
        """;

    private const string WaitForReset =
        """
        () => new Promise((done, fail) => {
          const timer = setInterval(() => {
            if ([null, 'null'].includes(localStorage.getItem('ajs_user_id'))) { clearInterval(timer); done(); }
          }, 20);
          setTimeout(() => fail(new Error('The tag was not reset.')), 120000);
        })
        """;

    [Theory]
    [InlineData("next", "everywhere", 200, "https", "localhost")]
    [InlineData("next", "here", 204, "http", "app.example.test")]
    [InlineData("classic", "here", 204, "https", "localhost")]
    [InlineData("classic", "everywhere", 200, "http", "app.example.test")]
    [InlineData("customerio", "here", 204, "https", "localhost")]
    [InlineData("customerio", "everywhere", 200, "http", "app.example.test")]
    public async Task The_call_after_a_sign_out_by_fetch_resets_the_tag_before_its_next_event(string tag, string where, int status, string scheme, string host)
    {
        await using var person = await chromium.OpenAsync(new Variant(tag, "nonce", IsSlow: false), scheme, host);
        var page = await person.OpenTabAsync();
        var signedIn = await Registered.AsAsync(person, page);
        await person.BrowseAsync(page);

        var position = person.Position;
        IResponse? answer = null;
        var after = await person.WithPageEventAsync(async () => answer = await page.RunAndWaitForResponseAsync(
            () => page.ClickAsync($"[data-sign-out={where}]"), response => response.Request.Method == "DELETE"));
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("You are signed out.");
        var next = await person.BrowseAsync(page, "/login");

        Assert.Equal(status, answer!.Status);
        var calls = await chromium.Api.WaitForAsync(calls => calls.Any(call => call.UserId == signedIn.UserId && call.Event == "Signed Out"), "Signed Out");
        Assert.Equal(
            ["identify", "Signed Up", "Account Added User", "Signed In", "Signed Out"],
            calls.Where(call => call.UserId == signedIn.UserId).Select(call => call.Event));
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
        await using var person = await chromium.OpenAsync(new Variant(tag, "inline", IsSlow: false), scheme, host);
        var page = await person.OpenTabAsync();
        var signedIn = await Registered.AsAsync(person, page);
        var mary = "mary-" + signedIn.Name;

        await page.EvaluateAsync("async () => { await fetch('/api/session', { method: 'DELETE' }); }");
        await page.EvaluateAsync(WaitForReset);
        var position = person.Position;
        var address = await person.Site.InviteAsync(mary);
        var identify = await person.WithCallAsync(() => page.EvaluateAsync(RegisterByFetch, address), call => (string?)call["type"] == "identify");

        Assert.Equal((await person.Site.IdsAsync(mary)).UserId, (string?)identify["userId"]);
        signedIn.AssertGone(person.SentSince(position));
    }
}
