using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>
/// An application without a server between it and its requests, to measure what the package adds to them: a request is a call that
/// ends on the thread that makes it. The benchmarks use it too.
/// </summary>
internal sealed class RequestPipeline : IAsyncDisposable
{
    /// <summary>An application without authentication.</summary>
    public const string Bare = "bare";

    /// <summary>An application with a plain session cookie.</summary>
    public const string Cookie = "cookie";

    /// <summary>An application with Identity, whose cookie's validation makes the context of the users, in every request that has one.</summary>
    public const string Identity = "identity";

    private const string CookieName = "session";

    private readonly WebApplication _app;
    private readonly DirectServer _server;

    private RequestPipeline(WebApplication app, DirectServer server)
    {
        _app = app;
        _server = server;
    }

    /// <summary>Starts an application of a kind, with the package or without it.</summary>
    /// <param name="kind">One of the constants.</param>
    /// <param name="package">Where the package is registered; it is armed, unless this says otherwise.</param>
    public static async Task<RequestPipeline> StartAsync(string kind, PackagePlace package)
    {
        // Slim: no hosting startup adds the package by itself.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Intilery:CaptureOnly"] = "true" });
        builder.Logging.ClearProviders();
        if (package is PackagePlace.First or PackagePlace.Unarmed or PackagePlace.Mapped)
        {
            builder.Services.AddIntilery();
        }

        switch (kind)
        {
            case Identity:
                builder.Services.AddDbContext<PipelineDb>(options => options.UseSqlite("Data Source=:memory:"));
                builder.Services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies();
                builder.Services.ConfigureApplicationCookie(Open);
                builder.Services.AddIdentityCore<IdentityUser>().AddSignInManager().AddEntityFrameworkStores<PipelineDb>();
                break;

            case Cookie:
                builder.Services.AddHttpContextAccessor().AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(Open);
                break;

            default:
                builder.Services.AddHttpContextAccessor();
                break;
        }

        if (package == PackagePlace.Last)
        {
            builder.Services.AddIntilery();
        }

        var server = new DirectServer();
        builder.Services.AddSingleton<IServer>(server);
        var app = builder.Build();
        if (package is PackagePlace.First or PackagePlace.Last or PackagePlace.Mapped)
        {
            app.UseIntileryLifecycleTracking();
        }

        if (package == PackagePlace.Mapped)
        {
            app.MapIntilery("/ops").AllowAnonymous();
        }

        app.MapGet("/", static (HttpContext _) => Task.CompletedTask);
        await app.StartAsync();
        if (kind == Identity)
        {
            // An application's first request that uses a context settles how all others are watched.
            await using var scope = app.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<PipelineDb>().Database.OpenConnectionAsync();
        }

        return new RequestPipeline(app, server);
    }

    public IServiceProvider Services => _app.Services;

    /// <summary>Makes a request.</summary>
    public Task SendAsync(bool signedIn)
    {
        var request = new HttpRequestFeature { Method = "GET", Scheme = "http", Protocol = "HTTP/1.1", Path = "/" };
        if (signedIn)
        {
            request.Headers.Cookie = CookieName + "=ticket";
        }

        // As on a server, which has room for an application's features: none of it is to be paid for by who comes last.
        var features = new FeatureCollection(32);
        features.Set<IHttpRequestFeature>(request);
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        return _server.ProcessAsync(features);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static void Open(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = CookieName;
        options.TicketDataFormat = new OpenTicketFormat();
    }

    // Encryption would be most of a request.
    private sealed class OpenTicketFormat : ISecureDataFormat<AuthenticationTicket>
    {
        private static readonly ClaimsPrincipal _peter = new(new ClaimsIdentity(
            [new Claim(ClaimTypes.NameIdentifier, "u1"), new Claim(ClaimTypes.Name, "peter"), new Claim("tenant_id", "acct_1")], "Identity.Application"));

        public string Protect(AuthenticationTicket data) => "ticket";

        public string Protect(AuthenticationTicket data, string? purpose) => "ticket";

        public AuthenticationTicket? Unprotect(string? protectedText) => Unprotect(protectedText, null);

        public AuthenticationTicket? Unprotect(string? protectedText, string? purpose) => new(
            _peter,
            new AuthenticationProperties { IssuedUtc = DateTimeOffset.UtcNow, ExpiresUtc = DateTimeOffset.UtcNow.AddDays(1) },
            IdentityConstants.ApplicationScheme);
    }

    private sealed class DirectServer : IServer
    {
        private Func<IFeatureCollection, Task> _process = _ => Task.CompletedTask;

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task ProcessAsync(IFeatureCollection request) => _process(request);

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull
        {
            _process = async request =>
            {
                var context = application.CreateContext(request);
                await application.ProcessRequestAsync(context);
                application.DisposeContext(context, null);
            };
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
