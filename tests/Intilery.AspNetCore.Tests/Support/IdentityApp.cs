using System.Net;
using Intilery.AspNetCore.Outbox;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>
/// An application as its team would write it: Identity's UI on a SQLite database of its own, on TestServer or on Kestrel. What was
/// captured waits in its outbox, where the test reads it.
/// </summary>
public sealed class IdentityApp : IAsyncDisposable
{
    // Never contacted: delivery is off unless a test gives an address.
    private const string Nowhere = "http://127.0.0.1:9";

    private readonly WebApplication _app;
    private readonly SqliteConnection _keepAlive;
    private readonly ScratchFolder? _outbox;

    private IdentityApp(WebApplication app, SqliteConnection keepAlive, ScratchFolder? outbox, LogLines log)
    {
        _app = app;
        _keepAlive = keepAlive;
        _outbox = outbox;
        Log = log;
    }

    public LogLines Log { get; }

    private bool IsOnKestrel => _outbox is not null;

    public IServiceProvider Services => _app.Services;

    /// <summary>Gets where it listens, on Kestrel.</summary>
    public Uri Address => new(_app.Urls.Single());

    /// <summary>Gets the outbox, for reading it.</summary>
    internal IOutboxReader Outbox => Services.GetRequiredService<IOutboxReader>();

    public static async Task<IdentityApp> StartAsync(IdentityAppSetup? setup = null)
    {
        setup ??= new IdentityAppSetup();
        var keepAlive = new SqliteConnection($"Data Source=app-{Guid.NewGuid():N};Mode=Memory;Cache=Shared");
        await keepAlive.OpenAsync();
        var outbox = setup.OnKestrel ? new ScratchFolder() : null;

        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = setup.Environment });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Intilery:ClientId"] = TrackingApi.ClientId,
            ["Intilery:AuthToken"] = TrackingApi.Token,
            ["Intilery:BaseAddress"] = Nowhere,
            ["Intilery:Delivery:Enabled"] = "false",

            // Real time: an event that is recorded is not to be one that waits in memory because the machine is busy.
            ["Intilery:Outbox:CommitTimeout"] = "00:01:00",

            // On Kestrel the outbox would be in the folder of the tests, where each run would find what another left.
            ["Intilery:Outbox:Path"] = outbox?.Path,
        });
        builder.Configuration.AddInMemoryCollection(setup.Settings);
        if (setup.Configuration is { } source)
        {
            builder.Configuration.Sources.Add(source);
        }

        var log = new LogLines();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        if (setup.OnKestrel)
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
        }
        else
        {
            builder.WebHost.UseTestServer();
        }

        setup.ServicesBefore?.Invoke(builder.Services);
        builder.Services.AddDbContext<AppDb>(options =>
        {
            options.UseSqlite(keepAlive.ConnectionString);
            setup.Database?.Invoke(options);
        });
        builder.Services.AddDefaultIdentity<IdentityUser>(options =>
        {
            // As the templates: EF Core keeps one model for a type of context, whichever application was first.
            options.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
            setup.Identity?.Invoke(options);
        }).AddRoles<IdentityRole>().AddEntityFrameworkStores<AppDb>();
        // The sample's compiled _LoginPartial, which Identity's layout asks for.
        builder.Services.AddRazorPages().AddApplicationPart(typeof(global::Program).Assembly);

        // A password is hashed for every user and sign-in, a hundred thousand times by default: no test is about that.
        builder.Services.Configure<PasswordHasherOptions>(options => options.IterationCount = 1);
        setup.Services?.Invoke(builder.Services);

        var app = builder.Build();
        using (var scope = app.Services.CreateScope())
        {
            await scope.ServiceProvider.GetRequiredService<AppDb>().Database.EnsureCreatedAsync();
        }

        setup.BeforeTheLine?.Invoke(app);
        if (setup.WriteTheLine)
        {
            app.UseIntileryLifecycleTracking();
        }

        app.MapRazorPages();
        setup.Endpoints?.Invoke(app);
        await app.StartAsync();
        return new IdentityApp(app, keepAlive, outbox, log);
    }

    /// <summary>Opens a new browser, with no cookies.</summary>
    public TestBrowser OpenBrowser() => OpenBrowser(out _);

    /// <summary>Opens a new browser; the jar holds its cookies.</summary>
    public TestBrowser OpenBrowser(out CookieJar jar)
    {
        jar = new CookieJar(IsOnKestrel ? new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false } : _app.GetTestServer().CreateHandler());
        var address = IsOnKestrel ? _app.Urls.Single() : "http://localhost";
        return new TestBrowser(new HttpClient(jar) { BaseAddress = new Uri(address) });
    }

    /// <summary>Returns the calls that wait in the outbox, in order.</summary>
    public async Task<IReadOnlyList<ReceivedCall>> RecordedAsync()
    {
        var destination = Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Destination;
        var rows = await Outbox.ReadAsync(destination, DateTimeOffset.MaxValue, int.MaxValue, CancellationToken.None);
        return [.. rows.Select(row => new ReceivedCall(row.Destination, System.Text.Encoding.UTF8.GetString(row.Payload.Span)))];
    }

    /// <summary>Waits for what was handed to the outbox outside of any request.</summary>
    public Task WrittenAsync() => Services.GetRequiredService<OutboxWriter>().WrittenAsync(CancellationToken.None);

    /// <summary>Returns the names of the recorded events, in order.</summary>
    public async Task<IReadOnlyList<string>> EventsAsync() => [.. (await RecordedAsync()).Select(call => call.Event)];

    /// <summary>Forgets what waits in the outbox, so that a test can assert what comes next.</summary>
    public async Task ForgetAsync()
    {
        var destination = Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Destination;
        var rows = await Outbox.ReadAsync(destination, DateTimeOffset.MaxValue, int.MaxValue, CancellationToken.None);
        await Outbox.CompleteAsync([.. rows.Select(row => row.Id)], CancellationToken.None);
    }

    /// <summary>Does something with scoped services, outside of any request.</summary>
    public async Task<T> WithScopeAsync<T>(Func<IServiceProvider, Task<T>> work)
    {
        await using var scope = Services.CreateAsyncScope();
        return await work(scope.ServiceProvider);
    }

    /// <summary>Makes a user outside of any request, which is no event, and returns its id.</summary>
    public Task<string> CreateUserAsync(string email = "peter@example.com", string password = "Pa55word!", Action<IdentityUser>? configure = null) =>
        WithScopeAsync(async services =>
        {
            var users = services.GetRequiredService<UserManager<IdentityUser>>();
            var user = new IdentityUser { UserName = email, Email = email, EmailConfirmed = true };
            configure?.Invoke(user);
            var created = await users.CreateAsync(user, password);
            return created.Succeeded ? user.Id : throw new InvalidOperationException(created.ToString());
        });

    /// <summary>Registers by Identity's own page, which signs in.</summary>
    public static async Task RegisterAsync(TestBrowser browser, string email = "peter@example.com", string password = "Pa55word!")
    {
        using var response = await browser.SubmitAsync(
            "/Identity/Account/Register", ("Input.Email", email), ("Input.Password", password), ("Input.ConfirmPassword", password));
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
    }

    /// <summary>Signs in by Identity's own page.</summary>
    public static async Task SignInAsync(TestBrowser browser, string email = "peter@example.com", string password = "Pa55word!")
    {
        using var response = await browser.SubmitAsync("/Identity/Account/Login", ("Input.Email", email), ("Input.Password", password));
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
    }

    /// <summary>Signs out by Identity's own page.</summary>
    public static async Task SignOutAsync(TestBrowser browser)
    {
        using var response = await browser.SubmitAsync("/Identity/Account/Logout");
        Assert.True(response.StatusCode is HttpStatusCode.Redirect or HttpStatusCode.OK);
    }

    /// <summary>Stops the application as its host does on SIGTERM.</summary>
    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _keepAlive.DisposeAsync();
        _outbox?.Dispose();
    }
}
