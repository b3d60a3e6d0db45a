using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using TeamsApp.Data;

namespace Intilery.AspNetCore.BrowserTests.Site;

/// <summary>The sample application in Development, on Kestrel, delivering to a stand-in of the API: it shows the page.</summary>
public sealed class PageSite : WebApplicationFactory<TeamsDbContext>
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("intilery-test-");
    private readonly TrackingApi _api;

    private PageSite(TrackingApi api)
    {
        _api = api;
        UseKestrel(Loopback.Listen);
        StartServer();
        var address = Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(it => new Uri(it)).Single(it => it.Scheme == "http");
        Origin = $"http://localhost:{address.Port}";
    }

    public string Origin { get; }

    public TrackingApi Api => _api;

    public static async Task<PageSite> StartAsync() => new(await TrackingApi.StartAsync());

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _api.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.UseStaticWebAssets();
        builder.UseSetting("ConnectionStrings:Teams", $"Data Source={Path.Combine(_folder.FullName, "teams.db")};Pooling=False");
        builder.UseSetting("Intilery:ClientId", TrackingApi.ClientId);
        builder.UseSetting("Intilery:AuthToken", TrackingApi.Token);
        builder.UseSetting("Intilery:BaseAddress", _api.BaseAddress);
        builder.ConfigureLogging(logging => logging.ClearProviders());
        builder.ConfigureServices(services => services.Configure<PasswordHasherOptions>(options => options.IterationCount = 1));
    }
}
