using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.EntityFrameworkCore;
using TeamsApp.Data;
using TeamsApp.Sessions;
using TeamsApp.Website;

namespace Intilery.AspNetCore.BrowserTests.Site;

/// <summary>
/// The sample application as it is, on Kestrel, by http and https, delivering to a stand-in of the API. Only its settings are the test's:
/// which tag it carries and how, by each browser's variant.
/// </summary>
public sealed class TeamsSite : WebApplicationFactory<TeamsDbContext>
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("intilery-test-");
    private readonly TrackingApi _api;
    private readonly LoginProvider _provider;
    private readonly Dictionary<string, Uri> _addresses;

    private TeamsSite(TrackingApi api, LoginProvider provider)
    {
        _api = api;
        _provider = provider;
        UseKestrel(Loopback.Listen);
        StartServer();
        _addresses = Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .Select(address => new Uri(address)).ToDictionary(address => address.Scheme);
    }

    /// <summary>Gets what the tags on its pages have sent.</summary>
    public Collector Collector { get; } = new();

    /// <summary>Gets the stand-in of the API.</summary>
    public TrackingApi Api => _api;

    /// <summary>Returns the e-mail address of a person.</summary>
    public static string Email(string name) => name + "@example.com";

    public static async Task<TeamsSite> StartAsync() => new(await TrackingApi.StartAsync(), await LoginProvider.StartAsync());

    /// <summary>Returns the site's origin under a host name.</summary>
    public string Origin(string scheme, string host) => $"{scheme}://{host}:{_addresses[scheme].Port}";

    /// <summary>Invites somebody to a team of their own. Returns where they register.</summary>
    public async Task<string> InviteAsync(string name)
    {
        var team = new Team { Name = "Team of " + name, CreatedAt = DateTimeOffset.UtcNow };
        var invite = new Invite { TeamId = team.Id, Email = Email(name), Role = TeamRoles.Admin, InvitedById = "somebody", SentAt = DateTimeOffset.UtcNow };
        await WithDatabaseAsync(db =>
        {
            db.AddRange(team, invite);
            return db.SaveChangesAsync();
        });

        return $"/register?invite={invite.Id}";
    }

    /// <summary>Returns the ids of a person who has registered, and of their team.</summary>
    public Task<(string UserId, string GroupId)> IdsAsync(string name) => WithDatabaseAsync(async db =>
    {
        var user = await db.Users.SingleAsync(user => user.Email == Email(name));
        return (user.Id, user.CurrentTeamId.ToString()!);
    });

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _provider.DisposeAsync();
        await _api.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseStaticWebAssets(); // It is not published.
        builder.UseSetting("ConnectionStrings:Teams", $"Data Source={Path.Combine(_folder.FullName, "teams.db")};Pooling=False");
        builder.UseSetting("Intilery:ClientId", TrackingApi.ClientId);
        builder.UseSetting("Intilery:AuthToken", TrackingApi.Token);
        builder.UseSetting("Intilery:BaseAddress", _api.BaseAddress);
        builder.UseSetting("Intilery:Browser:CookieDomain", "example.test");
        builder.UseSetting("CompanyLogin:Authority", _provider.Address);
        builder.UseSetting("CompanyLogin:ClientId", LoginProvider.ClientId);
        builder.UseSetting("CompanyLogin:ClientSecret", "secret");
        builder.UseSetting("Website:TagAddress", "/tag");
        builder.UseSetting("Website:WriteKey", "key");
        builder.ConfigureLogging(logging => logging.ClearProviders());
        builder.ConfigureServices(services =>
        {
            services.AddSingleton(Collector);
            services.Configure<PasswordHasherOptions>(options => options.IterationCount = 1); // Nobody guesses these.
            services.AddMvcCore().AddApplicationPart(typeof(TeamsSite).Assembly); // The README's pages.
            services.AddTransient<IStartupFilter, TagsOnTheSameOrigin>();
            services.AddTransient<IStartupFilter, VariantPages>();
            var element = services.Last(service => service.ServiceType == typeof(IIntileryBrowserScript)).ImplementationFactory!;
            services.AddSingleton<IIntileryBrowserScript>(provider =>
                ActivatorUtilities.CreateInstance<VariantElement>(provider, element(provider)));
            services.Configure<OpenIdConnectOptions>(CompanyLogin.Scheme, login =>
            {
                login.BackchannelHttpHandler = LoginProvider.BackChannel();
                login.Events.OnTicketReceived = EagerSignUp.OnTicketReceivedAsync;
            });
            services.AddOptions<WebsiteOptions>().PostConfigure<IHttpContextAccessor>((website, accessor) =>
            {
                website.ScriptAsFile = accessor.HttpContext is { } context && Variant.Of(context).Placement == "file";
                website.TagAddress = accessor.HttpContext?.Request.Cookies.ContainsKey(VariantPages.Tagless) == true ? null : website.TagAddress;
            });
        });
    }

    private async Task<T> WithDatabaseAsync<T>(Func<TeamsDbContext, Task<T>> work)
    {
        await using var scope = Services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<TeamsDbContext>());
    }
}
