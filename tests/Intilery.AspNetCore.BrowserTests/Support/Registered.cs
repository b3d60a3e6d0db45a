using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace Intilery.AspNetCore.BrowserTests.Support;

/// <summary>What a person's browser knows of them while they are signed in.</summary>
public sealed record Registered(string Name, string UserId, string GroupId, string AnonymousId)
{
    private string Trait => "plan-of-" + Name;

    private IEnumerable<string> Traces => [UserId, GroupId, Trait, AnonymousId];

    /// <summary>Registers, sees that the tag was told who it is before its first page event, gives it a trait, and browses.</summary>
    /// <param name="person">Who is at the browser.</param>
    /// <param name="page">The tab.</param>
    /// <param name="elsewhere">Another host of the site, which is visited before the page that stays open.</param>
    public static async Task<Registered> AsAsync(Person person, IPage page, string? elsewhere = null)
    {
        var name = Guid.NewGuid().ToString("N")[..8];
        var visit = (string)(await person.FillInAsync(page, name))["anonymousId"]!;
        var position = person.Position;
        var landing = await person.SubmitRegistrationAsync(page);
        var (userId, groupId) = await person.Site.IdsAsync(name);
        var registered = new Registered(name, userId, groupId, visit);
        var group = await person.WaitForAsync(position, call => (string?)call["type"] == "group");
        var identify = await person.WaitForAsync(position, call => (string?)call["type"] == "identify");
        Assert.Equal(registered.UserId, (string?)identify["userId"]);
        Assert.Equal(registered.GroupId, (string?)group["groupId"]);
        Assert.All(new[] { landing, group, identify }, call => Assert.Equal((registered.UserId, visit), ((string?)call["userId"], (string?)call["anonymousId"])));

        await person.WithCallAsync(
            () => page.EvaluateAsync("trait => window.analytics.identify({ plan: trait })", registered.Trait),
            call => (string?)call["traits"]?["plan"] == registered.Trait);
        position = person.Position;
        if (elsewhere is not null)
        {
            Assert.Equal(registered.UserId, (string?)(await person.BrowseAsync(page, on: elsewhere))["userId"]);
        }

        Assert.Equal(registered.UserId, (string?)(await person.BrowseAsync(page, "/login"))["userId"]);
        Assert.DoesNotContain(person.SentSince(position), json => (string?)JsonNode.Parse(json)!["type"] is "identify" or "group");
        return registered;
    }

    /// <summary>Asserts that none of these says anything of the person.</summary>
    public void AssertGone(IEnumerable<string> texts) => Assert.All(
        texts, text => Assert.All(Traces, trace => Assert.DoesNotContain(trace, text, StringComparison.Ordinal)));
}
