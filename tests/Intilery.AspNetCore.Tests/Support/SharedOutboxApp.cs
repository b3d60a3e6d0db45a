using System.Text;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.EntityFramework;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>An application whose events wait in its own database. A test's code runs within a request of it.</summary>
internal sealed class SharedOutboxApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private Func<HttpContext, Task> _work = _ => Task.CompletedTask;
    private TaskCompletionSource _completion = new();

    private SharedOutboxApp(WebApplication app, LogLines log, ObservedClock clock)
    {
        _app = app;
        Log = log;
        Clock = clock;
    }

    public IServiceProvider Services => _app.Services;

    public LogLines Log { get; }

    public ObservedClock Clock { get; }

    /// <summary>Gets what ends after the last request, with all that runs once its response is there.</summary>
    public Task Completion => _completion.Task.WaitAsync(Patience.Limit);

    public IOutboxReader Outbox => Services.GetRequiredService<IOutboxReader>();

    public static async Task<SharedOutboxApp> StartAsync<TContext>(
        TestDatabase database, Action<IServiceCollection>? services = null, Action<DbContextOptionsBuilder>? options = null, bool createTables = true,
        Dictionary<string, string?>? settings = null)
        where TContext : DbContext
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Intilery:ClientId"] = TrackingApi.ClientId,
            ["Intilery:AuthToken"] = TrackingApi.Token,
            ["Intilery:BaseAddress"] = "http://127.0.0.1:9",
            ["Intilery:Delivery:Enabled"] = "false",
            ["Intilery:Outbox:CommitTimeout"] = "00:00:45",
        });
        builder.Configuration.AddInMemoryCollection((settings ?? []).Select(pair => KeyValuePair.Create($"Intilery:{pair.Key}", pair.Value)));
        var (log, clock) = (new LogLines(), new ObservedClock());
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies();
        builder.Services.AddIntilery().UseEntityFrameworkOutbox<TContext>();
        builder.Services.AddDbContext<TContext>(context =>
        {
            database.Configure(context);
            options?.Invoke(context);
        });
        services?.Invoke(builder.Services);

        var app = builder.Build();
        if (createTables)
        {
            using var scope = app.Services.CreateScope();
            await database.CreateTablesAsync(scope.ServiceProvider.GetRequiredService<TContext>());
        }

        var shared = new SharedOutboxApp(app, log, clock);
        app.Use(async (context, next) =>
        {
            // What is registered first runs last.
            var completion = shared._completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
            context.Response.OnCompleted(() =>
            {
                completion.SetResult();
                return Task.CompletedTask;
            });
            await next(context);
        });
        app.UseIntileryLifecycleTracking();
        app.MapPost("/work", context => shared._work(context));
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return shared;
    }

    /// <summary>Does something within a request, and returns when its response is there.</summary>
    public async Task RequestAsync(Func<HttpContext, Task> work)
    {
        Exception? failure = null;
        _work = async context =>
        {
            try
            {
                await work(context);
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        };
        using var client = _app.GetTestClient();
        using var response = await client.PostAsync("/work", null, TestContext.Current.CancellationToken);
        Assert.Null(failure);
    }

    /// <summary>Does something with a context within a request.</summary>
    public Task RequestAsync<TContext>(Func<TContext, Task> work)
        where TContext : DbContext => RequestAsync(context => work(context.RequestServices.GetRequiredService<TContext>()));

    /// <summary>Asks the health check <c>intilery</c>, which a test adds to the services.</summary>
    public async Task<HealthReportEntry> HealthAsync() =>
        (await Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken)).Entries["intilery"];

    /// <summary>Returns the user ids of the recorded sign-ups, in order.</summary>
    public async Task<IReadOnlyList<string>> SignUpsAsync()
    {
        var destination = Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Destination;
        var rows = await Outbox.ReadAsync(destination, DateTimeOffset.MaxValue, int.MaxValue, CancellationToken.None);
        return [.. rows.Select(row => new ReceivedCall(row.Destination, Encoding.UTF8.GetString(row.Payload.Span)))
            .Where(call => call.Event == "Signed Up").Select(call => call.UserId!)];
    }

    /// <summary>As <see cref="SignUpsAsync"/>, once no intent of this process is to be committed any more: no response waits for that.</summary>
    public async Task<IReadOnlyList<string>> CommittedSignUpsAsync()
    {
        var scopes = Services.GetRequiredService<IOpenScopes>();
        for (var isOpen = true; isOpen;)
        {
            var session = await Services.GetRequiredService<IOutboxSessions>().OpenAsync(TestContext.Current.CancellationToken);
            await using var _ = session;
            isOpen = (await session.Outbox.ReadIntentsAsync(TestContext.Current.CancellationToken)).Any(stored => scopes.IsOpen(stored.Intent.Scope));
        }

        return await SignUpsAsync();
    }

    /// <summary>Returns what waits in the outbox, one word per call: event, user, account.</summary>
    public async Task<IReadOnlyList<string>> EventsAsync() => [.. (await CallsAsync()).Select(call => call.ToString())];

    /// <summary>Returns the calls that wait in the outbox.</summary>
    public async Task<IReadOnlyList<ReceivedCall>> CallsAsync()
    {
        var destination = Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Destination;
        var rows = await Outbox.ReadAsync(destination, DateTimeOffset.MaxValue, int.MaxValue, CancellationToken.None);
        return [.. rows.Select(row => new ReceivedCall(row.Destination, Encoding.UTF8.GetString(row.Payload.Span)))];
    }

    /// <summary>Lets this process give a sign of life, as it does every few seconds.</summary>
    public Task BeatAsync() => Services.GetRequiredService<INodeHeartbeat>().BeatAsync(CancellationToken.None);

    public async Task<long> IntentsAsync() => (await Outbox.GetStatusAsync(CancellationToken.None)).Intents;

    /// <summary>Stops the application as its host does on SIGTERM: what waits in memory is written.</summary>
    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
