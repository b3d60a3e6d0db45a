using System.Text.Json.Nodes;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Intilery.AspNetCore.Tests.Dashboard;

public sealed class LiveStreamTests
{
    [Fact]
    public async Task A_sign_up_is_streamed_as_it_happens_with_the_JSON_that_is_recorded()
    {
        await using var app = await IdentityApp.StartAsync(new() { Environment = "Development", OnKestrel = true });
        using var client = new HttpClient { BaseAddress = app.Address };
        await using var stream = await client.GetStreamAsync("/_intilery/live", TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        using var browser = app.OpenBrowser();

        await IdentityApp.RegisterAsync(browser);

        var recorded = await app.RecordedAsync();
        var rows = await ReadUntilAsync(reader, rows => recorded.All(call => rows.Values.Any(row => (string?)row["json"] == call.Json)));
        var signedUp = rows.Values.Single(row => (string?)row["event"] == "Signed Up");
        Assert.Equal(["captured", "composed", "recorded"], signedUp["steps"]!.AsArray().Select(step => (string?)step!["state"]));
        Assert.Equal("POST /Identity/Account/Register", (string?)signedUp["endpoint"]);
        Assert.Equal("user-created", (string?)signedUp["fact"]!["$type"]);
    }

    [Fact]
    public async Task An_open_page_does_not_hold_up_the_stop()
    {
        // The server waits longer for requests under way than the test does.
        await using var app = await IdentityApp.StartAsync(new()
        {
            Environment = "Development",
            OnKestrel = true,
            Services = services => services.Configure<HostOptions>(options => options.ShutdownTimeout = 2 * Patience.Limit),
        });
        using var client = new HttpClient { BaseAddress = app.Address };
        await using var stream = await client.GetStreamAsync("/_intilery/live", TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        await reader.ReadLineAsync(TestContext.Current.CancellationToken);

        await app.StopAsync().WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
    }

    private static async Task<Dictionary<long, JsonNode>> ReadUntilAsync(StreamReader reader, Func<Dictionary<long, JsonNode>, bool> areEnough)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        var rows = new Dictionary<long, JsonNode>();
        while (!areEnough(rows))
        {
            var line = await reader.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("The stream has ended.");
            if (line.StartsWith("data: [", StringComparison.Ordinal))
            {
                foreach (var row in JsonNode.Parse(line["data: ".Length..])!.AsArray())
                {
                    rows[(long)row!["id"]!] = row;
                }
            }
        }

        return rows;
    }
}
