using System.Collections.Concurrent;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>
/// An application of the matrix, on Kestrel: only there is it true what becomes of responses that have started, fail or are given up.
/// Rows share it one after another, each with users of its own.
/// </summary>
internal sealed class FlowApp : IAsyncDisposable
{
    /// <summary>The endpoint that does what a row says.</summary>
    public const string ServePath = "/serve";

    /// <summary>The header that says which.</summary>
    public const string WorkHeader = "X-Work";

    private readonly IHost _host;
    private readonly SqliteConnection _database;
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _work;
    private int _works;

    private FlowApp(IHost host, SqliteConnection database, FlowParts parts)
    {
        _host = host;
        _database = database;
        _work = parts.Work;
        (Log, Time, Provider, Interceptor) = (parts.Log, parts.Time, parts.Provider, parts.Interceptor);
        Requests = new RequestsUnderWay(host.Services);
        Calls = new RawCalls(host.Services);
    }

    public LogLines Log { get; }

    public FakeTimeProvider Time { get; }

    public FakeOAuth Provider { get; }

    /// <summary>Gets the application's own interceptor, where it has a database.</summary>
    public RecordingInterceptor Interceptor { get; }

    public RequestsUnderWay Requests { get; }

    public RawCalls Calls { get; }

    public IServiceProvider Services => _host.Services;

    public Uri Address => new(Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

    public static async Task<FlowApp> StartAsync(FlowHost host, Registration registration)
    {
        var database = new SqliteConnection($"Data Source=flows-{Guid.NewGuid():N};Mode=Memory;Cache=Shared");
        await database.OpenAsync();
        var parts = new FlowParts(database.ConnectionString);
        var shape = FlowShape.Of(host, parts);
        IHost built = shape.HasStartupClass ? BuildWithStartup(shape, registration, parts) : BuildWebApplication(shape, registration, parts);
        await shape.CreateDatabaseAsync(built.Services);
        await built.StartAsync();
        return new FlowApp(built, database, parts);
    }

    /// <summary>Keeps a piece of the application's code for one request and returns the name by which the request asks for it.</summary>
    public string Keep(Func<HttpContext, Task> work)
    {
        var name = Interlocked.Increment(ref _works).ToString(System.Globalization.CultureInfo.InvariantCulture);
        _work[name] = work;
        return name;
    }

    public async ValueTask DisposeAsync()
    {
        Calls.Dispose();
        Requests.Dispose();
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        await _database.DisposeAsync();
    }

    private static WebApplication BuildWebApplication(FlowShape shape, Registration registration, FlowParts parts)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            EnvironmentName = "Production",
            Args = registration == Registration.ByTheLineAlone ? [] : ["--preventHostingStartup=true"],
        });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(shape.Settings);
        Configure(builder.Logging, parts);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        AddPackage(builder.Services, registration, Registration.BeforeTheServices);
        shape.AddServices(builder.Services);
        AddPackage(builder.Services, registration, Registration.AfterTheServices);
        AddTheTestsOwn(builder.Services, registration);

        var app = builder.Build();
        shape.Configure(app, () => UseTheLine(app, registration));
        return app;
    }

    private static IHost BuildWithStartup(FlowShape shape, Registration registration, FlowParts parts) => Host.CreateDefaultBuilder()
        .UseEnvironment("Production")
        .ConfigureAppConfiguration(configuration =>
        {
            configuration.Sources.Clear();
            configuration.AddInMemoryCollection(shape.Settings);
        })
        .ConfigureLogging(logging => Configure(logging, parts))
        .ConfigureServices(services => AddPackage(services, registration, Registration.BeforeTheServices))
        .ConfigureWebHostDefaults(web =>
        {
            web.UseSetting(WebHostDefaults.PreventHostingStartupKey, registration == Registration.ByTheLineAlone ? "false" : "true");
            web.UseUrls("http://127.0.0.1:0");
            web.UseStartup(_ => new FlowStartup(shape, pipeline => UseTheLine(pipeline, registration)));
        })
        .ConfigureServices(services =>
        {
            AddPackage(services, registration, Registration.AfterTheServices);
            AddTheTestsOwn(services, registration);
        })
        .Build();

    private static void Configure(ILoggingBuilder logging, FlowParts parts) => logging
        .ClearProviders()
        .AddProvider(parts.Log)
        .SetMinimumLevel(LogLevel.Warning)
        .AddFilter("Intilery.AspNetCore", LogLevel.Debug);

    private static void AddPackage(IServiceCollection services, Registration registration, Registration here)
    {
        if (registration == here)
        {
            Assert.False(IsRegistered(services));
            services.AddIntilery();
        }
    }

    private static void AddTheTestsOwn(IServiceCollection services, Registration registration)
    {
        Assert.Equal(registration != Registration.None, IsRegistered(services));
        if (registration != Registration.None)
        {
            // On Kestrel the outbox would be a file of the application's folder.
            services.Replace(ServiceDescriptor.Singleton<IOutboxStore>(new MemoryOutboxStore(1000)));
        }
    }

    private static bool IsRegistered(IServiceCollection services) => services.Any(descriptor => descriptor.ServiceType == typeof(IOptionsMonitor<IntileryOptions>));

    private static void UseTheLine(IApplicationBuilder app, Registration registration)
    {
        if (registration != Registration.None)
        {
            app.UseIntileryLifecycleTracking();
        }
    }
}
