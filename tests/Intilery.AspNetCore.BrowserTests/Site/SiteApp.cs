using Intilery.AspNetCore.BrowserTests.Support;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace Intilery.AspNetCore.BrowserTests.Site;

/// <summary>A small application with Identity that has what the sample has not: an API of sessions, and pages without the element or with all scripts as files.</summary>
public sealed class SiteApp : ISite
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

    public string RegisterButton => "#register button";

    public string SignOutButton => "#sign-out button";

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
        builder.WebHost.ConfigureKestrel(Loopback.Listen);
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
        app.MapGet("/snippet.js", () => Results.Text(Variant.Snippet, "text/javascript"));
        TagFiles.Map(app);
        Accounts.Map(app);
        await app.StartAsync();
        return new SiteApp(app, keepAlive);
    }

    public string Origin(string scheme, string host) => $"{scheme}://{host}:{Addresses.Single(address => address.Scheme == scheme).Port}";

    public Task FillInAsync(Person person, IPage page, string name) => page.FillAsync("#register input", name);

    public Task<(string UserId, string GroupId)> IdsAsync(string name) => Task.FromResult(("user-" + name, "team-" + name));

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _keepAlive.DisposeAsync();
    }
}
