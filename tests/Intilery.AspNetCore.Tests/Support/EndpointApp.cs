using System.Net.Http.Json;
using System.Reflection;
using System.Security.Claims;
using System.Text;
using System.Text.Json.Nodes;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Memory;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>
/// An application that is nothing but its endpoints. Whom the header X-User names is signed in, in the tenant acme. What was
/// recorded waits in its outbox, where the test reads it.
/// </summary>
public sealed class EndpointApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly bool _onKestrel;

    private EndpointApp(WebApplication app, bool onKestrel, LogLines log)
    {
        _app = app;
        _onKestrel = onKestrel;
        Log = log;
        Client = onKestrel ? new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.Single()) } : app.GetTestClient();
        Client.DefaultRequestHeaders.Add("X-User", "peter");
    }

    public LogLines Log { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<EndpointApp> StartAsync(
        Action<WebApplication> endpoints,
        Type[]? controllers = null,
        bool onKestrel = false,
        Action<WebApplication>? first = null,
        Action<MvcOptions>? mvc = null,
        Action<IServiceCollection>? services = null,
        bool pages = false,
        params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Intilery:ClientId"] = TrackingApi.ClientId,
            ["Intilery:AuthToken"] = TrackingApi.Token,
            ["Intilery:BaseAddress"] = "http://127.0.0.1:9",
            ["Intilery:Delivery:Enabled"] = "false",

            // Real time: an event that is recorded is not to be one that waits in memory because the machine is busy.
            ["Intilery:Outbox:CommitTimeout"] = "00:01:00",
        });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value));
        var log = new LogLines();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        if (onKestrel)
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Services.AddSingleton<IOutboxStore>(new MemoryOutboxStore(1000));
        }
        else
        {
            builder.WebHost.UseTestServer();
        }

        services?.Invoke(builder.Services);
        if (controllers is not null || pages)
        {
            builder.Services.AddMvc(options => mvc?.Invoke(options)).ConfigureApplicationPartManager(manager =>
            {
                manager.ApplicationParts.Clear();
                manager.FeatureProviders.Add(new Only(controllers ?? []));
                if (pages)
                {
                    manager.ApplicationParts.Add(new CompiledRazorAssemblyPart(typeof(EndpointApp).Assembly));
                }
            });
        }

        var app = builder.Build();
        first?.Invoke(app);
        app.Use((context, next) =>
        {
            if (context.Request.Headers["X-User"].ToString() is { Length: > 0 } user)
            {
                context.User = new ClaimsPrincipal(new ClaimsIdentity(
                    [new(ClaimTypes.NameIdentifier, user), new(ClaimTypes.Email, $"{user}@example.com"), new("tenant_id", "acme"), new("plan", "Gold")], "test"));
            }

            return next(context);
        });
        app.UseIntileryLifecycleTracking();
        endpoints(app);
        if (controllers is not null)
        {
            app.MapControllers();
        }

        if (pages)
        {
            app.MapRazorPages();
        }

        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new EndpointApp(app, onKestrel, log);
    }

    /// <summary>Starts, and returns what the start refuses, line by line.</summary>
    public static async Task<string> RefusalAsync(Action<WebApplication> endpoints, Type[]? controllers = null, bool pages = false)
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await using var app = await StartAsync(endpoints, controllers, pages: pages);
        });
        return exception.Message.ReplaceLineEndings("\n");
    }

    public async Task<int> PostAsync(string path, object? body = null)
    {
        using var response = await Client.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }

    public async Task<int> PostFormAsync(string path, params (string Name, string Value)[] fields)
    {
        using var content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var response = await Client.PostAsync(path, content, TestContext.Current.CancellationToken);
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }

    public async Task<int> SendAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }

    /// <summary>Returns what was recorded, in order: the event, its user, its account and its properties.</summary>
    public async Task<IReadOnlyList<string>> RecordedAsync()
    {
        var destination = _app.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Destination;
        var rows = await _app.Services.GetRequiredService<IOutboxReader>().ReadAsync(destination, DateTimeOffset.MaxValue, int.MaxValue, CancellationToken.None);
        return [.. rows.Select(row => Line(JsonNode.Parse(Encoding.UTF8.GetString(row.Payload.Span))!))];
    }

    /// <summary>Returns the reasons of what did not become an event, in order.</summary>
    public IReadOnlyList<string> Reasons() => [.. Log.Ours.Where(line => line.Id == 100).Select(line => line.Message.Split(": ").Last().TrimEnd('.'))];

    /// <summary>Stops the application. On Kestrel a client has its answer before the request is over: only then all is said of it.</summary>
    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await StopAsync();
        await _app.DisposeAsync();
    }

    private static string Line(JsonNode call) =>
        $"{call["event"]} {call["userId"]}@{call["context"]?["groupId"]} {call["properties"]?.ToJsonString()}";

    // The assembly of the tests holds many applications.
    private sealed class Only(Type[] controllers) : IApplicationFeatureProvider<ControllerFeature>
    {
        public void PopulateFeature(IEnumerable<ApplicationPart> parts, ControllerFeature feature)
        {
            foreach (var controller in controllers)
            {
                feature.Controllers.Add(controller.GetTypeInfo());
            }
        }
    }
}
