using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Tests.Capture.Endpoints;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Hosting;

public sealed class MissingMiddlewareWarningTests
{
    private const string Advice = ": call app.UseIntileryLifecycleTracking() in Program.cs, anywhere before app.Run(). "
        + "If nothing should be captured, set Intilery:Enabled to false.";

    [Fact]
    public async Task It_is_said_where_the_services_were_registered_by_hand()
    {
        var log = await StartAsync(_ => { }, services => services.AddIntilery());

        var line = Assert.Single(log.Ours);
        Assert.Equal((11, LogLevel.Warning, $"Nothing is captured, although AddIntilery() is called{Advice}"), (line.Id, line.Level, line.Message));
    }

    [Fact]
    public async Task It_is_said_where_endpoints_ask_for_events()
    {
        var log = await StartAsync(routes =>
        {
            routes.MapPost("/a", [TrackInviteSent] (InviteInput input) => "ok");
            routes.MapPost("/b", (InviteInput input) => "ok").TrackInviteSent();
            routes.MapGet("/c", () => "ok");
        });

        Assert.Equal($"Nothing is captured, although endpoints ask for events: HTTP: POST /a, HTTP: POST /b{Advice}", Assert.Single(log.Ours).Message);
    }

    [Fact]
    public async Task Controllers_and_pages_count_and_no_more_than_three_are_named()
    {
        var log = await StartAsync(
            routes =>
            {
                routes.MapControllers();
                routes.MapRazorPages();
            },
            services => services.AddMvc().ConfigureApplicationPartManager(manager =>
            {
                manager.ApplicationParts.Clear();
                manager.ApplicationParts.Add(new AssemblyPart(typeof(InvitesController).Assembly));
                manager.ApplicationParts.Add(new CompiledRazorAssemblyPart(typeof(InvitesController).Assembly));
            }));

        Assert.Matches("^Nothing is captured, although endpoints ask for events: [^,]+, [^,]+, [^,]+ and [0-9]+ more: ", Assert.Single(log.Ours).Message);
    }

    [Fact]
    public async Task A_page_alone_is_enough()
    {
        var log = await StartAsync(
            routes => routes.MapRazorPages(),
            services => services.AddRazorPages().ConfigureApplicationPartManager(manager =>
            {
                manager.ApplicationParts.Clear();
                manager.ApplicationParts.Add(new CompiledRazorAssemblyPart(typeof(InvitesController).Assembly));
            }));

        Assert.Contains("ask for events: /Invite: ", Assert.Single(log.Ours).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MapWhen")]
    [InlineData("UseWhen")]
    [InlineData("Map")]
    public async Task A_line_in_a_branch_is_no_forgotten_one(string branch)
    {
        var log = await StartAsync(
            app =>
            {
                _ = branch switch
                {
                    "MapWhen" => app.MapWhen(context => context.Request.Host.Host == "api.test", api => api.UseIntileryLifecycleTracking()),
                    "UseWhen" => app.UseWhen(context => context.Request.Host.Host == "api.test", api => api.UseIntileryLifecycleTracking()),
                    _ => ((IApplicationBuilder)app).Map("/api", api => api.UseIntileryLifecycleTracking()),
                };
                app.MapPost("/a", [TrackInviteSent] (InviteInput input) => "ok");
            },
            services => services.AddIntilery());

        Assert.Contains(log.Ours, line => line.Id == 1);
        Assert.DoesNotContain(log.Ours, line => line.Id == 11);
    }

    [Fact]
    public async Task Nor_is_one_in_a_Startup_class_which_runs_while_the_server_starts()
    {
        var log = new LogLines();
        using var host = Host.CreateDefaultBuilder()
            .UseEnvironment("Development")
            .ConfigureLogging(logging => logging.ClearProviders().AddProvider(log))
            .ConfigureServices(services => services.AddIntilery())
            .ConfigureWebHostDefaults(web => web.UseStartup<StartupWithTheLine>().UseTestServer())
            .Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.Services.GetRequiredService<MissingMiddlewareWarning>().Looking;
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Contains(log.Ours, line => line.Id == 1);
        Assert.DoesNotContain(log.Ours, line => line.Id == 11);
    }

    [Fact]
    public async Task An_application_that_asks_for_nothing_hears_nothing() => Assert.Empty((await StartAsync(routes => routes.MapGet("/", () => "ok"))).Ours);

    [Fact]
    public async Task Nor_does_one_that_is_switched_off() => Assert.Empty(
        (await StartAsync(routes => routes.MapPost("/a", [TrackInviteSent] (InviteInput input) => "ok"), services => services.AddIntilery(), ("Intilery:Enabled", "false"))).Ours);

    [Fact]
    public async Task Options_that_are_wrong_stop_no_application_without_the_line() =>
        Assert.Equal(11, Assert.Single((await StartAsync(_ => { }, services => services.AddIntilery(), ("Intilery:BaseAddress", "nonsense"))).Ours).Id);

    private static async Task<LogLines> StartAsync(
        Action<WebApplication> configure, Action<IServiceCollection>? services = null, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        var log = new LogLines();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseTestServer();
        services?.Invoke(builder.Services);
        await using var app = builder.Build();
        configure(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        await app.Services.GetRequiredService<MissingMiddlewareWarning>().Looking;
        await app.StopAsync(TestContext.Current.CancellationToken);
        return log;
    }
}
