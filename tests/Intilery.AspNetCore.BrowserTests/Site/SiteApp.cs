using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.BrowserTests.Site;

/// <summary>A small application with Identity and a website tag, on loopback, by http and https.</summary>
public sealed class SiteApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SqliteConnection _keepAlive;

    private SiteApp(WebApplication app, SqliteConnection keepAlive)
    {
        _app = app;
        _keepAlive = keepAlive;
        Addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address))];
    }

    public Collector Collector => _app.Services.GetRequiredService<Collector>();

    private IReadOnlyList<Uri> Addresses { get; }

    public static async Task<SiteApp> StartAsync()
    {
        var keepAlive = new SqliteConnection($"Data Source=site-{Guid.NewGuid():N};Mode=Memory;Cache=Shared");
        await keepAlive.OpenAsync();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Intilery:CaptureOnly"] = "true",
            ["Intilery:Browser:CookieDomain"] = "example.test",
        });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(Certificate()));
        });
        builder.Services.AddDbContext<SiteDb>(options => options.UseSqlite(keepAlive.ConnectionString));
        builder.Services.AddIdentity<IdentityUser, IdentityRole>().AddEntityFrameworkStores<SiteDb>();
        builder.Services.AddRazorPages(pages => pages.RootDirectory = "/Site/Pages");
        builder.Services.AddSingleton<Collector>();

        var app = builder.Build();
        using (var scope = app.Services.CreateScope())
        {
            await scope.ServiceProvider.GetRequiredService<SiteDb>().Database.EnsureCreatedAsync();
        }

        app.UseIntileryLifecycleTracking();
        app.MapRazorPages();
        app.MapGet("/favicon.ico", () => Results.NoContent());
        app.MapGet("/snippet.js", (HttpContext context) => Results.Text(Variant.Of(context).Snippet, "text/javascript"));
        app.MapPost("/collect/{kind}", CollectAsync);
        TagFiles.Map(app);
        Accounts.Map(app);
        await app.StartAsync();
        return new SiteApp(app, keepAlive);
    }

    /// <summary>Returns the site's origin under a host name.</summary>
    public string Origin(string scheme, string host) => $"{scheme}://{host}:{Addresses.Single(address => address.Scheme == scheme).Port}";

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _keepAlive.DisposeAsync();
    }

    private static async Task CollectAsync(HttpContext context, Collector collector)
    {
        using var reader = new StreamReader(context.Request.Body);
        collector.Add(context.Request.Cookies[Collector.Cookie] ?? string.Empty, await reader.ReadToEndAsync(context.RequestAborted));
        await context.Response.WriteAsJsonAsync(new { success = true }, context.RequestAborted);
    }

    // The browser is told to trust it for the length of the tests.
    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=example.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
