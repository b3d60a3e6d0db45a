using System.Security.Claims;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Flows;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Capture.Code;

/// <summary>Answers that take their time, on Kestrel: server-sent events, and a long poll. What happens in them is not left for their end.</summary>
public sealed class StreamTests : IDisposable
{
    private readonly ScriptedStore _store = new();
    private readonly TaskCompletionSource _polling = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _signedIn;

    [Theory]
    [InlineData("/by-hand")]
    [InlineData("/typed")]
    public async Task What_is_told_in_mid_stream_is_recorded_at_once(string path)
    {
        var script = new StreamScript { Work = services => services.GetRequiredService<ILifecycleTracker>().TrackAsync("Item Read") };
        await using var app = await StartAsync(script);
        using var requests = new RequestsUnderWay(app.Services);
        using var browser = await SignInAsync(app);

        using (var answer = await OpenAsync(browser, path))
        using (var reader = await WorkAsync(answer, script))
        {
            Assert.Equal(["Item Read"], RecordedSinceSignIn());
            await EndAsync(reader, script);
        }

        await requests.NoneAsync();
        Assert.Equal(["Item Read", "Stream Ended"], RecordedSinceSignIn());
    }

    [Theory]
    [InlineData("/by-hand")]
    [InlineData("/typed")]
    public async Task A_membership_that_is_saved_in_mid_stream_is_recorded_at_once_and_once(string path)
    {
        var script = new StreamScript { Work = AddToAccountAsync };
        await using var app = await StartAsync(script);
        using var requests = new RequestsUnderWay(app.Services);
        using var browser = await SignInAsync(app);

        using (var answer = await OpenAsync(browser, path))
        using (var reader = await WorkAsync(answer, script))
        {
            await _store.RowsAsync(_signedIn + 1);
            await EndAsync(reader, script);
        }

        await requests.NoneAsync();
        Assert.Equal(["Account Added User", "Stream Ended"], RecordedSinceSignIn());
    }

    [Fact]
    public async Task After_something_that_happened_before_it_began_a_membership_is_noted_at_once_and_recorded_at_the_end()
    {
        var script = new StreamScript
        {
            Before = services => services.GetRequiredService<ILifecycleTracker>().TrackAsync("Stream Opened"),
            Work = AddToAccountAsync,
        };
        await using var app = await StartAsync(script);
        using var requests = new RequestsUnderWay(app.Services);
        using var browser = await SignInAsync(app);

        using (var answer = await OpenAsync(browser, "/by-hand"))
        {
            Assert.Equal(["Stream Opened"], RecordedSinceSignIn());
            using var reader = await WorkAsync(answer, script);
            await app.WrittenAsync();
            Assert.Contains(_store.Writes.SelectMany(writes => writes), write => write.Intent is not null && write.Commit is null);
            Assert.Equal(["Stream Opened"], RecordedSinceSignIn());
            await EndAsync(reader, script);
        }

        await requests.NoneAsync();
        Assert.Equal(["Stream Opened", "Stream Ended", "Account Added User"], RecordedSinceSignIn());
    }

    [Theory]
    [InlineData("/by-hand", true)]
    [InlineData("/by-hand", false)]
    [InlineData("/typed", false)]
    public async Task A_client_that_leaves_in_mid_stream_takes_nothing_with_it(string path, bool happensBefore)
    {
        var script = new StreamScript
        {
            Before = services => happensBefore ? services.GetRequiredService<ILifecycleTracker>().TrackAsync("Stream Opened") : Task.CompletedTask,
            Work = async services =>
            {
                await AddToAccountAsync(services);
                await services.GetRequiredService<ILifecycleTracker>().TrackAsync("Item Read");
            },
        };
        await using var app = await StartAsync(script);
        using var requests = new RequestsUnderWay(app.Services);
        using var browser = await SignInAsync(app);

        using (var answer = await OpenAsync(browser, path))
        using (await WorkAsync(answer, script))
        {
            // Left without its end.
        }

        string[] expected = ["Account Added User", "Item Read", "Stream Ended", .. happensBefore ? ["Stream Opened"] : Array.Empty<string>()];
        await requests.NoneAsync();
        Assert.Equal(expected, RecordedSinceSignIn().Order());
        Assert.DoesNotContain(app.Log.Ours, line => line.Level >= LogLevel.Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_long_poll_has_recorded_by_the_time_it_answers_or_its_client_has_gone(bool leaves)
    {
        var script = new StreamScript { Work = _ => Task.CompletedTask };
        await using var app = await StartAsync(script);
        using var requests = new RequestsUnderWay(app.Services);
        using var browser = await SignInAsync(app);
        using var leaving = new CancellationTokenSource();

        var answer = browser.Client.PostAsync(new Uri("/poll", UriKind.Relative), null, leaving.Token);
        await _polling.Task;
        Assert.Empty(RecordedSinceSignIn());
        if (leaves)
        {
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        }
        else
        {
            _answer.SetResult();
            using var answered = await answer;
            Assert.Equal("news", await answered.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        await requests.NoneAsync();
        Assert.Equal(["Account Added User", "Poll Begun"], RecordedSinceSignIn());
    }

    [Fact]
    public async Task A_razor_page_that_streams_has_recorded_what_it_told_at_once()
    {
        var script = new StreamScript { Work = services => services.GetRequiredService<ILifecycleTracker>().TrackAsync("Item Read") };
        await using var app = await EndpointApp.StartAsync(
            _ => { }, onKestrel: true, pages: true, services: services => services.AddSingleton(script));
        using var requests = new RequestsUnderWay(app.Services);
        using (var answer = await app.Client.GetAsync(
            new Uri("/Stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken))
        using (await WorkAsync(answer, script))
        {
            Assert.Equal(["Item Read peter@acme {}"], await app.RecordedAsync());
        }

        await requests.NoneAsync();
        Assert.Equal(["Item Read peter@acme {}", "Stream Ended peter@acme {}"], await app.RecordedAsync());
    }

    public void Dispose() => _store.Dispose();

    /// <summary>Writes a script as server-sent events, by hand.</summary>
    internal static async Task WriteAsync(HttpContext context, StreamScript script)
    {
        await script.Before(context.RequestServices);
        context.Response.ContentType = "text/event-stream";
        await foreach (var item in script.RunAsync(context.RequestServices, context.RequestAborted))
        {
            await context.Response.WriteAsync($"data: {item}\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private static async Task AddToAccountAsync(IServiceProvider services)
    {
        var users = services.GetRequiredService<UserManager<IdentityUser>>();
        await users.AddClaimAsync((await users.FindByEmailAsync("peter@example.com"))!, new Claim("tenant_id", "acct_1"));
    }

    private static Task<HttpResponseMessage> OpenAsync(TestBrowser browser, string path) => browser.Client.GetAsync(
        new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

    // Lets the stream work, and returns when the client has read that it has.
    private static async Task<StreamReader> WorkAsync(HttpResponseMessage answer, StreamScript script)
    {
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        Assert.Equal(StreamScript.Begun, await NextAsync(reader));
        script.BeginWork();
        Assert.Equal(StreamScript.Done, await NextAsync(reader));
        return reader;
    }

    private static async Task<string?> NextAsync(StreamReader reader)
    {
        var line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.Equal(string.Empty, await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        return line?["data: ".Length..];
    }

    private static async Task EndAsync(StreamReader reader, StreamScript script)
    {
        script.End();
        Assert.Equal(string.Empty, (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim());
    }

    private async Task<TestBrowser> SignInAsync(IdentityApp app)
    {
        await app.CreateUserAsync();
        var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        _signedIn = _store.Rows.Count;
        return browser;
    }

    private string[] RecordedSinceSignIn() => [.. _store.Rows.Skip(_signedIn).Select(row => row.EventName)];

    private async Task<string> PollAsync(HttpContext context, ILifecycleTracker lifecycle)
    {
        await lifecycle.TrackAsync("Poll Begun");
        await AddToAccountAsync(context.RequestServices);
        _polling.SetResult();
        await _answer.Task.WaitAsync(context.RequestAborted);
        return "news";
    }

    private Task<IdentityApp> StartAsync(StreamScript script) => IdentityApp.StartAsync(new IdentityAppSetup
    {
        OnKestrel = true,
        Services = services => services.AddSingleton<IOutboxStore>(_store),
        Endpoints = app =>
        {
            app.MapGet("/by-hand", context => WriteAsync(context, script));
            app.MapGet("/typed", (HttpContext context) => TypedResults.ServerSentEvents(script.RunAsync(context.RequestServices, context.RequestAborted)));
            app.MapPost("/poll", PollAsync);
        },
    });
}
