
using Intilery.AspNetCore.Tests.Support;

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
    public async Task A_missing_Identity_context_is_a_warning()
    {
        using var host = WorkerHost.Create("Development", new Dictionary<string, string?>());
        await host.RunAsync();

        Assert.Single(host.Log.Ours, line => line.Id == 4);
    }
}
