using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Hosting;

public sealed class OneLineTests
{
    [Fact]
    public void Without_the_services_it_throws_and_names_the_call()
    {
        using var services = new ServiceCollection().BuildServiceProvider();

        var exception = Assert.Throws<InvalidOperationException>(() => new ApplicationBuilder(services).UseIntileryLifecycleTracking());

        Assert.Contains("builder.Services.AddIntilery()", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Not_written_nothing_of_ours_happens()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"intilery-test-{Guid.NewGuid():N}");
        await using var api = await TrackingApi.StartAsync();
        await using var app = await IdentityApp.StartAsync(new()
        {
            OnKestrel = true,
            WriteTheLine = false,
            Settings = new() { ["Intilery:BaseAddress"] = api.BaseAddress, ["Intilery:Delivery:Enabled"] = "true", ["Intilery:Outbox:Path"] = folder },
        });
        await app.Services.GetRequiredService<MissingMiddlewareWarning>().Looking;
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        await IdentityApp.SignOutAsync(browser);
        await app.StopAsync();

        Assert.Empty(app.Log.Ours);
        Assert.False(Directory.Exists(folder));
        Assert.Empty(api.Bodies);
    }

    [Fact]
    public async Task Not_written_options_that_are_wrong_do_not_matter()
    {
        await using var app = await IdentityApp.StartAsync(new() { WriteTheLine = false, Settings = new() { ["Intilery:AuthToken"] = null } });
        await app.StopAsync();

        Assert.Empty(app.Log.Ours);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_host_without_authentication_still_has_none_and_passes_its_validation(bool writeTheLine)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.Configuration.Sources.Clear();
        builder.Host.UseDefaultServiceProvider(provider => provider.ValidateOnBuild = provider.ValidateScopes = true);
        var log = new LogLines();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseTestServer();
        await using var app = builder.Build();
        if (writeTheLine)
        {
            app.UseIntileryLifecycleTracking();
        }

        app.MapGet("/", () => "Hello");
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = app.GetTestClient();
        Assert.Equal("Hello", await client.GetStringAsync("/", TestContext.Current.CancellationToken));
        await app.StopAsync(TestContext.Current.CancellationToken);

        using var scope = app.Services.CreateScope();
        Assert.Null(scope.ServiceProvider.GetService<IAuthenticationService>());
        Assert.DoesNotContain(log.Ours, line => line.Level >= LogLevel.Error);
        Assert.Equal(writeTheLine, log.Ours.Any(line => line.Id == 1));
    }

    [Fact]
    public async Task A_Startup_class_may_hold_it()
    {
        var log = new LogLines();
        using var host = Host.CreateDefaultBuilder()
            .UseEnvironment("Development")
            .ConfigureLogging(logging => logging.ClearProviders().AddProvider(log))
            .ConfigureWebHostDefaults(web => web.UseStartup<StartupWithTheLine>().UseTestServer())
            .Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Contains("Schemes: Cookies.", Assert.Single(log.Ours, line => line.Id == 1).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slim_builder_needs_the_registration_by_hand()
    {
        var log = new LogLines();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseTestServer();
        Assert.DoesNotContain(builder.Services, descriptor => descriptor.ServiceType == typeof(LifecycleService));
        builder.Services.AddIntilery();
        builder.Services.AddAuthentication().AddCookie();

        await using var app = builder.Build();
        app.UseIntileryLifecycleTracking();
        await app.StartAsync(TestContext.Current.CancellationToken);
        await app.StopAsync(TestContext.Current.CancellationToken);

        Assert.Contains("Schemes: Cookies.", Assert.Single(log.Ours, line => line.Id == 1).Message, StringComparison.Ordinal);
    }
}
