using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Hosting;

public sealed class OptionsReloadTests
{
    private static readonly Dictionary<string, string?> _account = new() { ["ClientId"] = "acme", ["AuthToken"] = TrackingApi.Token };

    [Fact]
    public void A_changed_configuration_counts_without_a_restart()
    {
        using var host = WorkerHost.Create("Production", _account);
        var live = host.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>();
        Assert.True(live.CurrentValue.Identify);

        Change(host, "Intilery:Identify", "false");

        Assert.False(live.CurrentValue.Identify);
    }

    [Fact]
    public void A_change_that_is_not_valid_leaves_the_last_options_that_were()
    {
        using var host = WorkerHost.Create("Production", _account);
        var live = host.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>();
        Assert.Equal("acme", live.CurrentValue.ClientId);

        Change(host, "Intilery:ClientId", "Not Valid");
        Assert.Equal("acme", live.CurrentValue.ClientId);
        var logged = Assert.Single(host.Log.Ours);
        Assert.Equal(101, logged.Id);
        Assert.Contains("Intilery:ClientId is 'Not Valid'", logged.Exception!.Message, StringComparison.Ordinal);

        Change(host, "Intilery:ClientId", "other");
        Assert.Equal("other", live.CurrentValue.ClientId);
    }

    [Theory]
    [InlineData("Intilery:Enabled", "false")]
    [InlineData("Intilery:CaptureOnly", "true")]
    public void A_change_of_how_it_runs_takes_a_restart_and_says_so(string key, string value)
    {
        using var host = WorkerHost.Create("Production", _account);
        var live = host.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>();
        var before = live.CurrentValue;

        Change(host, key, value);

        Assert.Same(before, live.CurrentValue);
        Assert.Contains(host.Log.Ours, line => line.Id == 8);
    }

    [Fact]
    public void Switching_off_does_not_let_an_unsafe_address_in()
    {
        using var host = WorkerHost.Create("Production", _account);
        var live = host.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>();
        var before = live.CurrentValue;

        host.Configuration["Intilery:BaseAddress"] = "http://unsafe.example.test";
        Change(host, "Intilery:Enabled", "false");

        Assert.Same(before, live.CurrentValue);
    }

    private static void Change(WorkerHost host, string key, string value)
    {
        host.Configuration[key] = value;
        ((IConfigurationRoot)host.Configuration).Reload();
    }
}
