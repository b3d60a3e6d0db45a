using System.Text.RegularExpressions;
using Intilery.AspNetCore.BrowserTests.Site;
using Intilery.AspNetCore.BrowserTests.Support;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Playwright;

namespace Intilery.AspNetCore.BrowserTests.Documentation;

/// <summary>What the documentation tells to write into a page, written into pages that real browsers open.</summary>
public sealed partial class ReadmeTests(Chromium chromium)
{
    private const string Tests = "tests/Intilery.AspNetCore.BrowserTests";

    [Fact]
    public void Each_piece_of_HTML_in_it_is_in_a_page_that_is_served()
    {
        var section = Repository.ReadAllText("src/docs/browser.md");
        var pieces = Pieces().Matches(section).Select(piece => piece.Groups[1].Value + piece.Groups[2].Value).ToList();
        string[] files = ["Documentation/Inline.cshtml", "Documentation/Nonce.cshtml", "Documentation/File.cshtml", "Documentation/Plain.html", "Blazor/BlazorRoot.razor"];
        var pages = files.Select(file => Repository.ReadAllText($"{Tests}/{file}")).ToList();

        Assert.StartsWith(pieces[0], pages[0], StringComparison.Ordinal);
        Assert.All(pieces, piece => Assert.Contains(pages, page => page.Contains(piece, StringComparison.Ordinal)));
        Assert.All(pages, page => Assert.Contains(pieces, piece => page.Contains(piece, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Inline", "inline")]
    [InlineData("Nonce", "nonce")]
    [InlineData("File", "file")]
    [InlineData("Plain", "file")]
    public async Task A_page_made_by_it_resets_the_tag_before_the_first_event(string name, string placement)
    {
        await using var person = await chromium.OpenAsync(new Variant("next", placement, IsSlow: false));
        var page = await person.OpenTabAsync();
        var anonymous = (string)(await person.BrowseAsync(page, "/readme/" + name))["anonymousId"]!;
        var signedIn = await Registered.AsAsync(person, page);
        Assert.Equal(anonymous, signedIn.AnonymousId);
        Assert.Equal(signedIn.UserId, (string?)(await person.BrowseAsync(page, "/readme/" + name))["userId"]);
        await page.GotoAsync("about:blank");

        // By none of its pages, so that none but the README's notices.
        var answer = await person.Context.APIRequest.DeleteAsync(person.Site.Origin("https", "localhost") + "/api/session");
        var position = person.Position;
        var landing = await person.BrowseAsync(page, "/readme/" + name);

        Assert.Equal(204, answer.Status);
        Assert.NotEqual(anonymous, (string?)landing["anonymousId"]);
        signedIn.AssertGone(person.SentSince(position));
        signedIn.AssertGone((await Person.KeptAsync(page)).Values);
        Assert.Empty(person.Complaints);
    }

    [GeneratedRegex("```html\n(.*?)```|`(<[^`]+>)`", RegexOptions.Singleline)]
    private static partial Regex Pieces();
}
