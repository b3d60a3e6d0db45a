using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Hosting;

/// <summary>However often and in whatever order it is registered, a sign-in is one Signed In.</summary>
public sealed class RegistrationTests
{
    public static TheoryData<string, int, int, int> Combinations => new()
    {
        // Named, then AddIntilery() before AddAuthentication, after it, and further lines.
        { "hosting startup alone", 0, 0, 0 },
        { "by hand before", 1, 0, 0 },
        { "by hand after", 0, 1, 0 },
        { "by hand before and after", 1, 1, 0 },
        { "by hand twice after", 0, 2, 0 },
        { "the line twice", 0, 0, 1 },
        { "everything twice", 2, 2, 1 },
    };

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task A_sign_in_is_one_event(string combination, int before, int after, int furtherLines)
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            ServicesBefore = services => Repeat(before, () => services.AddIntilery()),
            Services = services => Repeat(after, () => services.AddIntilery()),
            BeforeTheLine = web => Repeat(furtherLines, () => web.UseIntileryLifecycleTracking()),
        });
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        await IdentityApp.SignOutAsync(browser);
        var events = await app.EventsAsync();
        await app.StopAsync();

        Assert.True(events is ["identify", "Signed In", "Signed Out"], $"{combination}: {string.Join(", ", events)}");
        Assert.Single(app.Log.Ours, line => line.Id == 1);
    }

    [Fact]
    public async Task A_sign_in_is_one_event_under_WebApplicationFactory_which_runs_the_hosting_startup_twice()
    {
        using var database = new TemporaryFile("app.db");
        await using var factory = new WebApplicationFactory<Program>();
        await using var configured = factory.WithWebHostBuilder(web => web
            .ConfigureLogging(logging => logging.ClearProviders())
            .UseSetting("ConnectionStrings:Default", $"Data Source={database.Path};Pooling=False")
            .UseSetting("Intilery:ClientId", TrackingApi.ClientId)
            .UseSetting("Intilery:AuthToken", TrackingApi.Token)
            .UseSetting("Intilery:BaseAddress", "http://127.0.0.1:9")
            .UseSetting("Intilery:Delivery:Enabled", "false"));
        using var browser = new TestBrowser(new HttpClient(new CookieJar(configured.Server.CreateHandler())) { BaseAddress = new Uri("http://localhost") });

        await IdentityApp.RegisterAsync(browser);
        await IdentityApp.SignOutAsync(browser);
        await IdentityApp.SignInAsync(browser);

        Assert.False(configured.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Delivery.Enabled);
        var destination = configured.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Destination;
        var rows = await configured.Services.GetRequiredService<IOutboxReader>()
            .ReadAsync(destination, DateTimeOffset.MaxValue, int.MaxValue, TestContext.Current.CancellationToken);
        Assert.Equal(["identify", "Signed Up", "Signed In", "Signed Out", "Signed In"], rows.Select(row => row.EventName));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_library_that_replaces_the_authentication_service_changes_nothing(bool registerAgain)
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            Services = services =>
            {
                services.AddScoped<IAuthenticationService, AuthenticationService>();
                Repeat(registerAgain ? 1 : 0, () => services.AddIntilery());
            },
        });
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        var events = await app.EventsAsync();
        await app.StopAsync();

        Assert.Equal(["identify", "Signed In"], events);
        Assert.DoesNotContain(app.Log.Ours, line => line.Id == 5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_library_that_wraps_the_authentication_service_changes_nothing(bool registerAgain)
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            Services = services =>
            {
                PassThroughAuthenticationService.Wrap(services);
                Repeat(registerAgain ? 1 : 0, () => services.AddIntilery());
            },
        });
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        var events = await app.EventsAsync();
        await app.StopAsync();

        Assert.Equal(["identify", "Signed In"], events);
        Assert.DoesNotContain(app.Log.Ours, line => line.Id == 5);
    }

    private static void Repeat(int times, Action action)
    {
        for (var i = 0; i < times; i++)
        {
            action();
        }
    }
}
