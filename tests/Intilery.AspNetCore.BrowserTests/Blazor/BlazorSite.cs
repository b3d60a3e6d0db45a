using System.Net;
using Intilery.AspNetCore.BrowserTests.Site;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.BrowserTests.Blazor;

/// <summary>A small Blazor Web App on Kestrel: a page that the server renders, with forms, and a page in a circuit.</summary>
public sealed class BlazorSite : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("intilery-blazor-").FullName;
    private WebApplication? _app;

    public Recordings Recordings { get; } = new();

    public string Address => _app!.Urls.Single();

    public Errand Errand => _app!.Services.GetRequiredService<Errand>();

    private string Outbox => Path.Combine(_folder, "outbox");

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Intilery:ClientId"] = "acme",
            ["Intilery:AuthToken"] = "token",
            ["Intilery:BaseAddress"] = "http://127.0.0.1:9",
            ["Intilery:Delivery:Enabled"] = "false",
            ["Intilery:Outbox:Path"] = Outbox,
        });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));

        // Blazor's script is where the build left it, not published.
        builder.WebHost.UseStaticWebAssets();
        builder.Services.AddDbContext<BlazorDb>(options => options.UseSqlite($"Data Source={Path.Combine(_folder, "app.db")};Pooling=False"));
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddCascadingAuthenticationState();
        builder.Services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies();
        builder.Services.AddAuthorization();
        builder.Services.AddIdentityCore<IdentityUser>().AddEntityFrameworkStores<BlazorDb>().AddSignInManager();
        builder.Services.AddSingleton<ILifecycleEventObserver>(Recordings);
        builder.Services.AddSingleton<Errand>();

        _app = builder.Build();
        using (var scope = _app.Services.CreateScope())
        {
            await scope.ServiceProvider.GetRequiredService<BlazorDb>().Database.EnsureCreatedAsync();
        }

        _app.UseIntileryLifecycleTracking();
        _app.UseAntiforgery();
        _app.MapStaticAssets();
        _app.MapRazorComponents<BlazorRoot>().AddInteractiveServerRenderMode();
        await _app.StartAsync();
    }

    /// <summary>Makes a user outside of any request, which is no event.</summary>
    public async Task<string> CreateUserAsync()
    {
        var name = "p" + Guid.NewGuid().ToString("N")[..8];
        await using var scope = _app!.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<IdentityUser>>();
        var user = new IdentityUser(name) { Id = name };
        Assert.True((await users.CreateAsync(user)).Succeeded);
        return name;
    }

    /// <summary>Returns the names of the events that are in the outbox's file, while the application runs.</summary>
    public IReadOnlyList<string> OnDisk(string person)
    {
        using var connection = new SqliteConnection($"Data Source={Directory.GetFiles(Outbox, "outbox-*.db").Single()};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT event FROM rows WHERE user_id LIKE '%' || $person ORDER BY id";
        command.Parameters.AddWithValue("$person", person);
        using var reader = command.ExecuteReader();
        var names = new List<string>();
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    public async ValueTask DisposeAsync()
    {
        await _app!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
