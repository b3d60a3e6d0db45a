using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Intilery.AspNetCore.BrowserTests.Site;
using Microsoft.Playwright;
using TeamsApp.Data;

namespace Intilery.AspNetCore.BrowserTests.Support;

/// <summary>Somebody at a browser of their own, and what their tag has sent.</summary>
public sealed class Person(IBrowserContext context, TeamsSite site, string visit, string scheme, string host) : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _complaints = new();

    /// <summary>Gets what the pages complained of: violations of their policy, and errors.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    public IBrowserContext Context => context;

    public TeamsSite Site => site;

    /// <summary>Gets how much the tag has sent so far.</summary>
    public int Position => site.Collector.Since(visit, 0).Count;

    public async Task<IPage> OpenTabAsync()
    {
        var page = await context.NewPageAsync();
        await page.AddInitScriptAsync(
            "document.addEventListener('securitypolicyviolation', e => console.error('violation of ' + e.violatedDirective + ' by ' + e.blockedURI))");
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _complaints.Enqueue(message.Text);
            }
        };
        return page;
    }

    /// <summary>Opens a page of the site and waits for the page event of its tag, which is returned.</summary>
    public Task<JsonNode> BrowseAsync(IPage page, string path = "/", string? on = null) =>
        WithPageEventAsync(() => page.GotoAsync(site.Origin(scheme, on ?? host) + path));

    /// <summary>Registers by the site's form, and waits for the page event of the page that follows.</summary>
    public async Task<JsonNode> RegisterAsync(IPage page, string name)
    {
        await FillInAsync(page, name);
        return await SubmitRegistrationAsync(page);
    }

    /// <summary>Opens the page that registers somebody with a team of their own, and fills in its form. Returns the page's own event.</summary>
    public async Task<JsonNode> FillInAsync(IPage page, string name)
    {
        var opened = await BrowseAsync(page, await site.InviteAsync(name));
        await page.FillAsync("#FirstName", "Joanna");
        await page.FillAsync("#LastName", "Aniston");
        await page.FillAsync("#Password", DemoData.Password);
        return opened;
    }

    /// <summary>Posts the form that was filled in, and waits for the page event of the page that follows.</summary>
    public Task<JsonNode> SubmitRegistrationAsync(IPage page) => WithPageEventAsync(() => page.ClickAsync("form[action='/register'] button"));

    /// <summary>Signs out by the site's form, and waits for the page event of the page that follows.</summary>
    public Task<JsonNode> SignOutAsync(IPage page) => WithPageEventAsync(() => page.ClickAsync("form[action='/logout'] button"));

    /// <summary>Does something that opens a page, and waits for its page event.</summary>
    public Task<JsonNode> WithPageEventAsync(Func<Task> work) => WithCallAsync(work, call => (string?)call["type"] == "page");

    /// <summary>Does something, and waits for a call of the tag's.</summary>
    public async Task<JsonNode> WithCallAsync(Func<Task> work, Func<JsonNode, bool> isIt)
    {
        var position = Position;
        await work();
        return await site.Collector.WaitAsync(visit, position, isIt);
    }

    public Task<JsonNode> WaitForAsync(int position, Func<JsonNode, bool> isIt) => site.Collector.WaitAsync(visit, position, isIt);

    public IReadOnlyList<string> SentSince(int position) => site.Collector.Since(visit, position);

    /// <summary>Returns what the page's origin and its cookies keep under the tag's names, without the quotes of older tags.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> KeptAsync(IPage page)
    {
        var kept = await page.EvaluateAsync<Dictionary<string, string>>(
            """
            () => {
              const kept = {};
              for (const name of Object.keys(localStorage)) { if (name.startsWith('ajs_')) { kept['stored ' + name] = localStorage.getItem(name); } }
              for (const pair of document.cookie.split('; ')) { if (pair.startsWith('ajs_')) { kept['cookie ' + pair.split('=')[0]] = decodeURIComponent(pair.split('=')[1]); } }
              return kept;
            }
            """);
        return kept.ToDictionary(pair => pair.Key, pair => pair.Value.Trim('"'));
    }

    public ValueTask DisposeAsync() => context.DisposeAsync();
}
