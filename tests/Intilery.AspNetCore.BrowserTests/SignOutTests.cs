using Intilery.AspNetCore.BrowserTests.Site;
using Intilery.AspNetCore.BrowserTests.Support;

namespace Intilery.AspNetCore.BrowserTests;

/// <summary>Register, browse, sign out by a form, browse: of who was there before, nothing is left in the browser or in what its tag sends.</summary>
public sealed class SignOutTests(Chromium chromium)
{
    // Every pair of two settings is in at least one row.
    public static TheoryData<string, string, string, string, string> Settings => new()
    {
        { "next", "inline", "slow", "localhost", "https" },
        { "next", "file", "fast", "subdomains", "https" },
        { "next", "nonce", "fast", "localhost", "http" },
        { "classic", "inline", "fast", "localhost", "http" },
        { "classic", "file", "fast", "localhost", "https" },
        { "classic", "nonce", "slow", "subdomains", "http" },
        { "customerio", "inline", "fast", "subdomains", "http" },
        { "customerio", "file", "slow", "localhost", "http" },
        { "customerio", "nonce", "fast", "localhost", "https" },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Nothing_of_the_person_before_is_left_or_sent(string tag, string placement, string loading, string hosts, string scheme)
    {
        var isOnSubdomains = hosts == "subdomains";
        await using var person = await chromium.OpenAsync(
            new Variant(tag, placement, loading == "slow"), scheme, isOnSubdomains ? "app.example.test" : "localhost");
        var page = await person.OpenTabAsync();
        var anonymous = (string)(await person.BrowseAsync(page))["anonymousId"]!;
        var signedIn = await Registered.AsAsync(person, page, anonymous);
        if (isOnSubdomains)
        {
            Assert.Equal(signedIn.UserId, (string?)(await person.BrowseAsync(page, on: "www.example.test"))["userId"]);
            await person.BrowseAsync(page);
        }

        var position = person.Position;
        var landing = await person.SignOutAsync(page);
        await person.BrowseAsync(page, "/login");
        if (isOnSubdomains)
        {
            await person.BrowseAsync(page, on: "www.example.test");
        }

        Assert.Null((string?)landing["userId"]);
        Assert.NotEqual(anonymous, (string?)landing["anonymousId"]);
        signedIn.AssertGone(person.SentSince(position));
        var kept = await Person.KeptAsync(page);
        signedIn.AssertGone(kept.Select(pair => $"{pair.Key}={pair.Value}"));
        Assert.All([.. kept.Where(pair => pair.Key.EndsWith("anonymous_id", StringComparison.Ordinal))], pair => Assert.Equal((string?)landing["anonymousId"], pair.Value));
        Assert.Empty(person.Complaints);
    }

    [Fact]
    public void Every_pair_of_settings_is_walked()
    {
        var rows = Settings.Select(row => new[] { row.Data.Item1, row.Data.Item2, row.Data.Item3, row.Data.Item4, row.Data.Item5 }).ToList();
        for (var first = 0; first < 5; first++)
        {
            for (var second = first + 1; second < 5; second++)
            {
                var possible = rows.Select(row => row[first]).Distinct().Count() * rows.Select(row => row[second]).Distinct().Count();
                Assert.Equal(possible, rows.Select(row => (row[first], row[second])).Distinct().Count());
            }
        }
    }
}
