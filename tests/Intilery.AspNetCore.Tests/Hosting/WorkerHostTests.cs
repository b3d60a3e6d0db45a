
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Hosting;

public sealed class WorkerHostTests
{
    [Fact]
    public async Task Registering_by_hand_arms_a_host_without_a_server()
    {
        using var host = WorkerHost.Create("Development", new Dictionary<string, string?>());

        await host.RunAsync();

        Assert.Single(host.Log.Ours, line => line.Id == 1);
        Assert.DoesNotContain(host.Log.Ours, line => line.Exception is not null);
    }
}
