using System.Globalization;
using System.Text.Json.Nodes;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Applications;

/// <summary>An application on Kestrel, in Production, that delivers what it captures to a stand-in of the API.</summary>
internal sealed class HostedApplication : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TrackingApi _api;
    private readonly ScratchFolder _outbox;
    private readonly LogLines _log;
    private int _asserted;

    private HostedApplication(WebApplication app, TrackingApi api, ScratchFolder outbox, LogLines log)
    {
        (_app, _api, _outbox, _log) = (app, api, outbox, log);
    }

    public IServiceProvider Services => _app.Services;

    public Uri Address => new(_app.Urls.Single());

    /// <summary>Starts an application.</summary>
    /// <param name="build">Adds its services.</param>
    /// <param name="configure">Makes its database and its pipeline.</param>
    /// <param name="settings">Settings beside those of the account.</param>
    public static async Task<HostedApplication> StartAsync(
        Action<WebApplicationBuilder> build, Func<WebApplication, Task> configure, params (string Key, string Value)[] settings)
    {
        var (api, outbox, log) = (await TrackingApi.StartAsync(), new ScratchFolder(), new LogLines());
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Intilery:ClientId"] = TrackingApi.ClientId,
            ["Intilery:AuthToken"] = TrackingApi.Token,
            ["Intilery:BaseAddress"] = api.BaseAddress,
            ["Intilery:Outbox:Path"] = outbox.Path,

            // Real time: an event that is recorded is not to be one that waits in memory because the machine is busy.
            ["Intilery:Outbox:CommitTimeout"] = "00:01:00",
        });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value));
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        build(builder);

        var app = builder.Build();
        await configure(app);
        await app.StartAsync();
        return new HostedApplication(app, api, outbox, log);
    }

    /// <summary>Opens a new browser, with no cookies.</summary>
    public TestBrowser OpenBrowser() => OpenBrowser(out _);

    /// <summary>As <see cref="OpenBrowser()"/>, with its cookies.</summary>
    public TestBrowser OpenBrowser(out CookieJar jar)
    {
        jar = new CookieJar(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        return new TestBrowser(new HttpClient(jar) { BaseAddress = Address });
    }

    /// <summary>Returns the coverage report, as people read it.</summary>
    public async Task<string> CoverageAsync() =>
        (await Services.GetRequiredService<IIntileryCoverage>().GetReportAsync(TestContext.Current.CancellationToken)).ToString();

    /// <summary>Does something with scoped services, outside of any request.</summary>
    public async Task<T> WithScopeAsync<T>(Func<IServiceProvider, Task<T>> work)
    {
        await using var scope = Services.CreateAsyncScope();
        return await work(scope.ServiceProvider);
    }

    /// <summary>
    /// Waits for the next calls, and compares each whole with a JSON literal. What every call of the application has alike is checked and left out of
    /// the literals: the ids and times of the call, the library and the application.
    /// </summary>
    public async Task AssertSentAsync(params string[] expected)
    {
        var calls = await _api.AcceptedAsync(_asserted + expected.Length);
        string[] sent = [.. calls.Skip(_asserted).Select(Rest)];
        Assert.True(expected.Select(Compact).SequenceEqual(sent), $"Sent was:\n{string.Join('\n', sent)}");
        _asserted = calls.Count;
    }

    /// <summary>Waits until nothing waits for delivery.</summary>
    public async Task EmptyAsync()
    {
        var state = Services.GetRequiredService<DeliveryState>();
        while (true)
        {
            var changed = state.Changed;
            if ((await Services.GetRequiredService<IOutboxStore>().GetStatusAsync(TestContext.Current.CancellationToken)).Rows == 0)
            {
                return;
            }

            await changed.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Stops the application, which delivers what it has left: that is nothing, and it has warned of nothing but this, by the ids of the log.</summary>
    public async Task AssertEndAsync(params int[] warnings)
    {
        await _app.StopAsync(TestContext.Current.CancellationToken);
        await AssertSentAsync();
        Assert.Equal(_api.Accepted.Count, _api.Accepted.Select(call => call.MessageId).Distinct().Count());
        Assert.Equal(warnings, _log.Ours.Where(line => line.Level >= LogLevel.Warning).Select(line => line.Id));
    }

    /// <summary>Returns the reasons of what became no event so far, with its name.</summary>
    public IReadOnlyList<string> Suppressed() => [.. _log.Ours.Where(line => line.Id == 100).Select(line => line.Message)];

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _api.DisposeAsync();
        _outbox.Dispose();
    }

    private static string Compact(string json) => JsonNode.Parse(json)!.ToJsonString();

    private static string Rest(ReceivedCall received)
    {
        var call = received.Call.DeepClone().AsObject();
        var context = call["context"]!.AsObject();
        Take(call, "messageId", text => text.Length == 32 && text.All(char.IsAsciiHexDigitLower));
        Take(call, "timestamp", IsMoment);
        Take(call, "sentAt", IsMoment);
        Take(context["library"]!.AsObject(), "version", text => char.IsAsciiDigit(text[0]));
        Take(context["app"]!.AsObject(), "version", text => char.IsAsciiDigit(text[0]));
        Assert.Equal("""{"name":"Intilery.AspNetCore"}""", context["library"]!.ToJsonString());
        Assert.Equal("""{"name":"Intilery.AspNetCore.Tests"}""", context["app"]!.ToJsonString());
        context.Remove("library");
        context.Remove("app");
        return call.ToJsonString();
    }

    private static void Take(JsonObject parent, string name, Predicate<string> isWellFormed)
    {
        Assert.True((string?)parent[name] is { Length: > 0 } value && isWellFormed(value), $"{name}: {parent[name]}");
        parent.Remove(name);
    }

    private static bool IsMoment(string text) => DateTime.TryParseExact(
        text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out _);
}
