using Intilery.AspNetCore.BrowserTests.Support;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using TeamsApp.Data;
using TeamsApp.Website;

namespace Intilery.AspNetCore.BrowserTests.Site;

/// <summary>
/// The sample application as it is, on Kestrel, delivering to a stand-in of the API. Only its settings are the test's: which tag it
/// carries and how, by each browser's variant.
/// </summary>
public sealed class TeamsSite : WebApplicationFactory<TeamsDbContext>, ISite
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("intilery-test-");
    private readonly TrackingApi _api;
    private readonly Dictionary<string, Uri> _addresses;

    private TeamsSite(TrackingApi api)
    {
        _api = api;
        UseKestrel(Loopback.Listen);
        StartServer();
        _addresses = Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .Select(address => new Uri(address)).ToDictionary(address => address.Scheme);
    }

    public Collector Collector { get; } = new();

    public string RegisterButton => "form[action='/register'] button";

    public string SignOutButton => "form[action='/logout'] button";

    /// <summary>Gets the stand-in of the API.</summary>
    public TrackingApi Api => _api;

    public static async Task<TeamsSite> StartAsync() => new(await TrackingApi.StartAsync());

    public string Origin(string scheme, string host) => $"{scheme}://{host}:{_addresses[scheme].Port}";

    /// <inheritdoc />
    public async Task FillInAsync(Person person, IPage page, string name)
    {
        var team = new Team { Name = "Team of " + name, CreatedAt = DateTimeOffset.UtcNow };
        var invite = new Invite { TeamId = team.Id, Email = Email(name), Role = TeamRoles.Admin, InvitedById = "somebody", SentAt = DateTimeOffset.UtcNow };
        await WithDatabaseAsync(db =>
        {
            db.AddRange(team, invite);
            return db.SaveChangesAsync();
        });

        await person.BrowseAsync(page, $"/register?invite={invite.Id}");
        await page.FillAsync("#FirstName", "Joanna");
        await page.FillAsync("#LastName", "Aniston");
        await page.FillAsync("#Password", DemoData.Password);
    }

    public Task<(string UserId, string GroupId)> IdsAsync(string name) => WithDatabaseAsync(async db =>
    {
        var user = await db.Users.SingleAsync(user => user.Email == Email(name));
        return (user.Id, user.CurrentTeamId.ToString()!);
    });

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _api.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseSetting("ConnectionStrings:Teams", $"Data Source={Path.Combine(_folder.FullName, "teams.db")};Pooling=False");
        builder.UseSetting("Intilery:ClientId", TrackingApi.ClientId);
        builder.UseSetting("Intilery:AuthToken", TrackingApi.Token);
        builder.UseSetting("Intilery:BaseAddress", _api.BaseAddress);
        builder.UseSetting("Intilery:Browser:CookieDomain", "example.test");
        builder.UseSetting("Website:TagAddress", "/tag");
        builder.UseSetting("Website:WriteKey", "key");
        builder.ConfigureLogging(logging => logging.ClearProviders());
        builder.ConfigureServices(services =>
        {
            services.AddSingleton(Collector);
            services.AddTransient<IStartupFilter, TagsOnTheSameOrigin>();
            services.AddOptions<WebsiteOptions>().PostConfigure<IHttpContextAccessor>((website, accessor) =>
                website.ScriptAsFile = accessor.HttpContext is { } context && Variant.Of(context).Placement == "file");
        });
    }

    private static string Email(string name) => name + "@example.com";

    private async Task<T> WithDatabaseAsync<T>(Func<TeamsDbContext, Task<T>> work)
    {
        await using var scope = Services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<TeamsDbContext>());
    }
}
