using System.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Tests.Diagnostics;

/// <summary>Where something was not tracked: the line has the endpoint and the trace, and names nobody.</summary>
public sealed class LogPlaceTests
{
    [Theory]
    [InlineData(100, "POST", "leave")]
    [InlineData(120, "POST", "invite")]
    public async Task A_line_about_what_was_not_tracked_has_the_endpoint_and_the_trace_and_no_path(int id, string method, string action)
    {
        var trace = ActivityTraceId.CreateRandom().ToString();
        await using var app = await IdentityApp.StartAsync(new()
        {
            Endpoints = app =>
            {
                app.MapPost("/people/{person}/leave", async (ILifecycleTracker tracker, CancellationToken cancellationToken) =>
                    await tracker.TrackAsync(new CustomEvent("Person Left"), cancellationToken));
                app.MapPost("/people/{person}/invite", () => Results.Ok()).TrackInviteSent();
            },
        });
        using var browser = app.OpenBrowser();
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/people/peter@example.com/{action}") { Headers = { { "traceparent", $"00-{trace}-b7ad6b7169203331-00" } } };
        using var answer = await browser.Client.SendAsync(request, TestContext.Current.CancellationToken);

        var line = Assert.Single(app.Log.Ours, line => line.Id == id);
        Assert.Equal(($"{method} /people/{{person}}/{action}", trace), (line.Fields["endpoint"], line.Fields["traceId"]));
        Assert.DoesNotContain(line.Fields.Values, value => value?.ToString()?.Contains("peter", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Outside_of_any_request_there_is_no_endpoint()
    {
        await using var app = await IdentityApp.StartAsync();
        await app.CreateUserAsync();

        var line = Assert.Single(app.Log.Ours, line => line.Id == 100);
        Assert.Equal(("Signed Up was not tracked: outside-scope.", null), (line.Message, line.Fields["endpoint"]));
    }
}
