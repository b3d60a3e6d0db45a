using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Hosting;

public sealed class StartupReportTests
{
    [Fact]
    public async Task The_line_names_schemes_contexts_tenant_claims_the_outbox_and_the_destination()
    {
        await using var app = await IdentityApp.StartAsync(new() { Settings = new() { ["Intilery:Tenant:ClaimType"] = "workspace" } });
        await app.StopAsync();

        Assert.Equal(
            "Intilery lifecycle tracking is armed. Schemes: Identity.Application. Contexts: AppDb. Tenant claims: workspace. "
            + "Outbox: memory (survives a graceful stop only). Destination: http://127.0.0.1:9/track/acme/acme/ACME (recorded only, Intilery:Delivery:Enabled is off).",
            Assert.Single(app.Log.Ours, line => line.Id == 1).Message);
    }

    [Fact]
    public async Task The_line_names_the_outbox_s_folder()
    {
        using var folder = new TemporaryFile("outbox");
        await using var app = await IdentityApp.StartAsync(new() { Settings = new() { ["Intilery:Outbox:Path"] = folder.Path } });
        await app.StopAsync();

        var line = Assert.Single(app.Log.Ours, line => line.Id == 1).Message;
        Assert.Contains($"Outbox: {folder.Path}", line, StringComparison.Ordinal);
        Assert.Contains("(SQLite, survives the process)", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_without_users_in_a_context_is_told_how_to_track_them()
    {
        using var host = WorkerHost.Create("Development", new Dictionary<string, string?>());
        await host.RunAsync();

        Assert.DoesNotContain(host.Log.Ours, line => line.Id == 4);
        Assert.Contains("[TrackSignedUp]", Assert.Single(host.Log.Ours, line => line.Id == 13).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_store_for_EF_Core_whose_context_is_not_registered_is_a_warning()
    {
        await using var app = await EndpointApp.StartAsync(
            _ => { },
            services: services => services.AddIdentityCore<IdentityUser>().Services.AddScoped<IUserStore<IdentityUser>, UserStore<IdentityUser, IdentityRole, AppDb>>());
        await app.StopAsync();

        Assert.Single(app.Log.Ours, line => line is { Id: 4, Level: LogLevel.Warning });
        Assert.DoesNotContain(app.Log.Ours, line => line.Id == 13);
    }
}
