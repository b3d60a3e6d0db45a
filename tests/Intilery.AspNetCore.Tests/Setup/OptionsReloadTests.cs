using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Setup;

public sealed class OptionsReloadTests
{
    private static readonly Dictionary<string, string?> _account = new() { ["ClientId"] = "acme", ["AuthToken"] = TrackingApi.Token };

    [Fact]
    public void A_changed_configuration_counts_without_a_restart()
    {
        using var host = WorkerHost.Create("Production", _account);
        var live = host.Services.GetRequiredService<LiveOptions>();
        Assert.True(live.Current.Identify);

        Change(host, "Intilery:Identify", "false");

        Assert.False(live.Current.Identify);
    }

    [Fact]
    public void A_change_that_is_not_valid_leaves_the_last_options_that_were()
    {
        using var host = WorkerHost.Create("Production", _account);
        var live = host.Services.GetRequiredService<LiveOptions>();
        Assert.Equal("acme", live.Current.ClientId);

        Change(host, "Intilery:ClientId", "Not Valid");
        Assert.Equal("acme", live.Current.ClientId);
        var logged = Assert.Single(host.Log.Ours);
        Assert.Equal(101, logged.Id);
        Assert.Contains("Intilery:ClientId is 'Not Valid'", logged.Exception!.Message, StringComparison.Ordinal);

        Change(host, "Intilery:ClientId", "other");
        Assert.Equal("other", live.Current.ClientId);
    }

    private static void Change(WorkerHost host, string key, string value)
    {
        host.Configuration[key] = value;
        ((IConfigurationRoot)host.Configuration).Reload();
    }
}
