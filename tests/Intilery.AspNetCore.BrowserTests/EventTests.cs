using Intilery.AspNetCore.BrowserTests.Site;
using Intilery.AspNetCore.BrowserTests.Support;

namespace Intilery.AspNetCore.BrowserTests;

/// <summary>What the API receives of a browser's people: the server and the tag agree on who they were before they signed up.</summary>
public sealed class EventTests(Chromium chromium)
{
    [Theory]
    [InlineData("next", "https", "localhost")]
    [InlineData("classic", "http", "app.example.test")]
    public async Task Each_person_at_a_browser_joins_their_own_anonymous_history_and_never_the_one_before(string tag, string scheme, string host)
    {
        await using var person = await chromium.OpenAsync(new Variant(tag, "nonce", IsSlow: false), scheme, host);
        var page = await person.OpenTabAsync();
        var before = (string)(await person.BrowseAsync(page))["anonymousId"]!;
        var (peter, mary) = (Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("N"));

        await person.RegisterAsync(page, peter);
        var after = (string)(await person.SignOutAsync(page))["anonymousId"]!;
        await person.RegisterAsync(page, mary);
        await person.SignOutAsync(page);

        Assert.NotEqual(before, after);
        Assert.Equal(Whole(before), await ReceivedAsync(peter));
        Assert.Equal(Whole(after), await ReceivedAsync(mary));
        Assert.Empty(person.Complaints);

        async Task<IEnumerable<string>> ReceivedAsync(string name)
        {
            var (userId, _) = await person.Site.IdsAsync(name);
            var calls = await chromium.Api.WaitForAsync(calls => calls.Any(call => call.UserId == userId && call.Event == "Signed Out"), "Signed Out of " + name);
            return calls.Where(call => call.UserId == userId).Select(call => $"{call.Event} {call.AnonymousId}");
        }
    }

    private static IEnumerable<string> Whole(string anonymousId) =>
        new[] { "identify", "Signed Up", "Account Added User", "Signed In", "Signed Out" }.Select(name => $"{name} {anonymousId}");
}
