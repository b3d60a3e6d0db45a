using System.Security.Claims;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.HostFirst;

/// <summary>A host that has the package by its hosting startup alone, and signs in whoever asks for it.</summary>
internal sealed class TestedHost : IAsyncDisposable
{
    private static readonly Dictionary<string, string?> _settings = new()
    {
        ["Intilery:ClientId"] = TrackingApi.ClientId,
        ["Intilery:AuthToken"] = TrackingApi.Token,
        ["Intilery:BaseAddress"] = "http://127.0.0.1:9",
        ["Intilery:Delivery:Enabled"] = "false",
    };

    private readonly IHost _host;

    private TestedHost(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    /// <summary>Builds a host. The application's services are registered where such an application does it.</summary>
    public static IHost Build(HostShape shape, Action<IServiceCollection> services, bool hasPackage = true, bool writeTheLine = false, LogLines? log = null)
    {
        var isPrevented = hasPackage ? "false" : "true";
        if (shape == HostShape.WebApplication)
        {
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production", Args = [$"--preventHostingStartup={isPrevented}"] });
            builder.Configuration.AddInMemoryCollection(_settings);
            Configure(builder.Logging, log);
            builder.WebHost.UseTestServer();
            services(builder.Services);
            var app = builder.Build();
            Configure(app, writeTheLine);
            return app;
        }

        var host = Host.CreateDefaultBuilder()
            .UseEnvironment("Production")
            .ConfigureAppConfiguration(configuration => configuration.AddInMemoryCollection(_settings))
            .ConfigureLogging(logging => Configure(logging, log))
            .ConfigureWebHostDefaults(web => web
                .UseSetting(WebHostDefaults.PreventHostingStartupKey, isPrevented)
                .UseTestServer()
                .UseStartup(_ => new Startup(shape == HostShape.Startup ? services : _ => { }, writeTheLine)));
        return (shape == HostShape.GenericHost ? host.ConfigureServices(services) : host).Build();
    }

    public static async Task<TestedHost> StartAsync(
        HostShape shape, Action<IServiceCollection> services, bool writeTheLine = true, LogLines? log = null)
    {
        var host = Build(shape, services, writeTheLine: writeTheLine, log: log);
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new TestedHost(host);
    }

    public async Task<string> GetAsync(string path)
    {
        using var client = _host.GetTestClient();
        return await client.GetStringAsync(path, TestContext.Current.CancellationToken);
    }

    /// <summary>Signs in, and returns whom the application takes the next request for.</summary>
    public async Task<string> SignInAsync(string name)
    {
        using var browser = new TestBrowser(new HttpClient(new CookieJar(_host.GetTestServer().CreateHandler())) { BaseAddress = new Uri("http://localhost") });
        using var signIn = await browser.GetAsync($"/sign-in?name={name}");
        signIn.EnsureSuccessStatusCode();
        using var answer = await browser.GetAsync("/");
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Returns the events that wait in the outbox, each with its user.</summary>
    public async Task<IReadOnlyList<string>> EventsAsync()
    {
        var rows = await Services.GetRequiredService<IOutboxReader>().ReadAsync(
            Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Destination, DateTimeOffset.MaxValue, int.MaxValue, CancellationToken.None);
        var calls = rows.Select(row => new ReceivedCall(row.Destination, System.Text.Encoding.UTF8.GetString(row.Payload.Span)));
        return [.. calls.Where(call => call.Event != "identify").Select(call => $"{call.Event} {call.UserId}")];
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    private static void Configure(ILoggingBuilder logging, LogLines? log)
    {
        logging.ClearProviders();
        if (log is not null)
        {
            logging.AddProvider(log);
        }
    }

    private static void Configure(IApplicationBuilder app, bool writeTheLine)
    {
        if (writeTheLine)
        {
            app.UseIntileryLifecycleTracking();
        }

        app.Run(async context =>
        {
            if (context.Request.Path == "/sign-in")
            {
                var name = context.Request.Query["name"].ToString();
                await context.SignInAsync(new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", name)], "test", "sub", null)));
                return;
            }

            var session = context.RequestServices.GetService<IAuthenticationService>() is null ? null : await context.AuthenticateAsync();
            await context.Response.WriteAsync(session?.Principal?.Identity?.Name ?? "nobody");
        });
    }

    private sealed class Startup(Action<IServiceCollection> services, bool writeTheLine)
    {
        public void ConfigureServices(IServiceCollection all) => services(all);

        public void Configure(IApplicationBuilder app) => TestedHost.Configure(app, writeTheLine);
    }
}
