using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Tests.HostFirst;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Moq;

namespace Intilery.AspNetCore.Tests.Hosting;

/// <summary>Authentication passes through ours, whenever and however the application registers it.</summary>
public sealed class CompletionTests
{
    public static TheoryData<HostShape> Shapes => [.. Enum.GetValues<HostShape>()];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_slim_builder_that_calls_AddIntilery_first_may_register_authentication_if_there_is_none(bool ifThereIsNone)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddIntilery();
        if (!ifThereIsNone || !builder.Services.Any(descriptor => descriptor.ServiceType == typeof(IAuthenticationService)))
        {
            builder.Services.AddAuthentication("session").AddCookie("session");
        }

        using var app = builder.Build();

        AssertPassed(app.Services);
    }

    [Fact]
    public void Services_of_no_host_may_hold_authentication_after_AddIntilery()
    {
        var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(new ConfigurationManager())
            .AddSingleton(Mock.Of<IHostEnvironment>(it => it.EnvironmentName == "Production"));
        services.AddIntilery();
        services.AddAuthentication("session").AddCookie("session");

        using var provider = services.BuildServiceProvider();

        AssertPassed(provider);
    }

    [Fact]
    public void A_worker_without_authentication_has_none()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddIntilery();

        using var host = builder.Build();
        using var scope = host.Services.CreateScope();

        Assert.Null(scope.ServiceProvider.GetService<IAuthenticationService>());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Hosts_that_are_built_side_by_side_are_completed_each_by_itself(HostShape shape)
    {
        var hosts = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => TestedHost.StartAsync(shape, services =>
        {
            if (i % 2 == 0)
            {
                services.AddAuthentication("session").AddCookie("session");
            }
        }))));

        foreach (var (i, host) in hosts.Index())
        {
            Assert.Equal(i % 2 == 0 ? "peter" : "nobody", i % 2 == 0 ? await host.SignInAsync("peter") : await host.GetAsync("/"));
            Assert.Equal(i % 2 == 0 ? ["Signed In peter"] : [], await host.EventsAsync());
            await host.DisposeAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task A_library_that_wraps_the_authentication_service_is_passed_through_once(HostShape shape)
    {
        await using var host = await TestedHost.StartAsync(shape, services =>
        {
            services.AddAuthentication("session").AddCookie("session");
            PassThroughAuthenticationService.Wrap(services);
        });

        Assert.Equal("peter", await host.SignInAsync("peter"));
        Assert.Equal(["Signed In peter"], await host.EventsAsync());
    }

    // The factory's callbacks come with the same event as ours; each factory's subscription is newer than ours but the first's.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Tests_may_replace_the_authentication_service_of_an_application(int factories)
    {
        for (var i = 0; i < factories; i++)
        {
            await using var factory = new WebApplicationFactory<Program>();
            await using var configured = factory.WithWebHostBuilder(web => web
                .ConfigureLogging(logging => logging.ClearProviders())
                .ConfigureTestServices(services => services.AddScoped<IAuthenticationService, AuthenticationService>()));

            AssertPassed(configured.Services);
        }
    }

    [Fact]
    public async Task Authentication_that_a_container_replaces_after_all_is_reported()
    {
        var log = new LogLines();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseTestServer();
        builder.Services.AddAuthentication("session").AddCookie("session");
        builder.Host.UseServiceProviderFactory(new ReplacingFactory());
        await using var app = builder.Build();
        app.UseIntileryLifecycleTracking();

        await app.StartAsync(TestContext.Current.CancellationToken);
        await app.StopAsync(TestContext.Current.CancellationToken);

        Assert.Single(log.Ours, line => line.Id == 5);
    }

    [Fact]
    public async Task Looking_whether_authentication_passes_makes_nothing_of_the_applications()
    {
        var made = 0;
        var log = new LogLines();
        await using (var host = await TestedHost.StartAsync(
            HostShape.WebApplication,
            services =>
            {
                services.AddAuthentication("session").AddCookie("session");
                services.AddScoped<IClaimsTransformation>(_ =>
                {
                    Interlocked.Increment(ref made);
                    return new NoopClaimsTransformation();
                });
            },
            log: log))
        {
            Assert.NotNull(host);
        }

        Assert.Single(log.Ours, line => line.Id == 1);
        Assert.Equal(0, made);
    }

    // As UseIntileryLifecycleTracking does: until then the application has the service that it registered.
    private static void AssertPassed(IServiceProvider services)
    {
        services.GetRequiredService<CaptureSwitch>().TurnOn();
        using var scope = services.CreateScope();
        Assert.StartsWith("Intilery.AspNetCore.", scope.ServiceProvider.GetRequiredService<IAuthenticationService>().GetType().FullName, StringComparison.Ordinal);
    }

    private sealed class ReplacingFactory : IServiceProviderFactory<IServiceCollection>
    {
        public IServiceCollection CreateBuilder(IServiceCollection services) => services;

        public IServiceProvider CreateServiceProvider(IServiceCollection containerBuilder) =>
            containerBuilder.AddScoped<IAuthenticationService, AuthenticationService>().BuildServiceProvider();
    }
}
