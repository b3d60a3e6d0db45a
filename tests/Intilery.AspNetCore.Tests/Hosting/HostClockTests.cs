using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Hosting;

/// <summary>Our clock is the host's, where it has one that lives as long as we do.</summary>
public sealed class HostClockTests
{
    [Fact]
    public void Without_one_it_is_the_systems_and_the_host_still_has_none()
    {
        using var host = WorkerHost.Create("Development", new Dictionary<string, string?>());

        Assert.Same(TimeProvider.System, host.Services.GetRequiredService<HostClock>().Time);
        Assert.Null(host.Services.GetService<TimeProvider>());
    }

    [Fact]
    public void One_that_is_registered_late_is_ours_too()
    {
        var time = new FakeTimeProvider();
        using var host = WorkerHost.Create(
            "Development", new Dictionary<string, string?>(), services: services => services.AddSingleton(TimeProvider.System).AddSingleton<TimeProvider>(time));

        Assert.Same(time, host.Services.GetRequiredService<HostClock>().Time);
    }

    [Fact]
    public async Task One_of_each_scope_is_the_scopes_alone()
    {
        using var host = WorkerHost.Create(
            "Development", new Dictionary<string, string?>(), services: services => services.AddScoped<TimeProvider>(_ => new FakeTimeProvider()));

        await host.RunAsync();

        Assert.Same(TimeProvider.System, host.Services.GetRequiredService<HostClock>().Time);
        Assert.Single(host.Log.Ours, line => line.Id == 1);
    }
}
