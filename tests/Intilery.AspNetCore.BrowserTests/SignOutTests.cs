using Intilery.AspNetCore.BrowserTests.Site;
using Intilery.AspNetCore.BrowserTests.Support;

namespace Intilery.AspNetCore.BrowserTests;

/// <summary>Register, browse, sign out by a form, browse: of who was there before, nothing is left in the browser or in what its tag sends.</summary>
public sealed class SignOutTests(Chromium chromium)
{
    // All of them: 72 rows.
    public static MatrixTheoryData<string, string, string, string, string> Settings => new(
        ["next", "classic", "customerio"], ["inline", "file", "nonce"], ["fast", "slow"], ["localhost", "subdomains"], ["http", "https"]);

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Nothing_of_the_person_before_is_left_or_sent(string tag, string placement, string loading, string hosts, string scheme)
    {
        var isOnSubdomains = hosts == "subdomains";
        await using var person = await chromium.OpenAsync(
            new Variant(tag, placement, loading == "slow"), scheme, isOnSubdomains ? "app.example.test" : "localhost");
        var page = await person.OpenTabAsync();
        var signedIn = await Registered.AsAsync(person, page, isOnSubdomains ? "www.example.test" : null);

        var position = person.Position;
        var landing = await person.SignOutAsync(page);
        await person.BrowseAsync(page, "/login");
        if (isOnSubdomains)
        {
            await person.BrowseAsync(page, on: "www.example.test");
        }

        Assert.Null((string?)landing["userId"]);
        Assert.NotEqual(signedIn.AnonymousId, (string?)landing["anonymousId"]);
        signedIn.AssertGone(person.SentSince(position));
        var kept = await Person.KeptAsync(page);
        signedIn.AssertGone(kept.Select(pair => $"{pair.Key}={pair.Value}"));
        Assert.All([.. kept.Where(pair => pair.Key.EndsWith("anonymous_id", StringComparison.Ordinal))], pair => Assert.Equal((string?)landing["anonymousId"], pair.Value));
        Assert.Empty(person.Complaints);
    }
}
