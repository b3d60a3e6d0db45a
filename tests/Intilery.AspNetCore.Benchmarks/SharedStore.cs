using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.EntityFramework;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>The outbox in an application's own database, with its lease held.</summary>
internal static class SharedStore
{
    public static async Task<IOutboxStore> OpenAsync(Action<DbContextOptionsBuilder> configure)
    {
        var services = new ServiceCollection().AddDbContext<BenchmarkDb>(configure).BuildServiceProvider();
        using (var scope = services.CreateScope())
        {
            var database = scope.ServiceProvider.GetRequiredService<BenchmarkDb>().Database;
            await database.EnsureDeletedAsync();
            await database.EnsureCreatedAsync();
        }

        var sessions = new OutboxSessions<BenchmarkDb>(services.GetRequiredService<IServiceScopeFactory>(), PayloadProtection.None);
        var leaseTime = new LeaseTime(() => TimeSpan.FromMinutes(10));
        var monitor = new HeartbeatMonitor(TimeProvider.System);
        var nodes = new NodeRegistry(leaseTime, monitor, new AllOpen());
        var lease = new DeliveryLease(sessions, nodes, leaseTime, monitor, TimeProvider.System);
        var store = new EntityFrameworkOutboxStore(sessions, lease, nodes, new OutboxAvailability(sessions, Sample.Diagnostics()), TimeProvider.System);
        store.Open();
        return await lease.TryHoldAsync(CancellationToken.None) ? store : throw new InvalidOperationException("The lease is not to be had.");
    }
}

/// <summary>Every scope of this process is open.</summary>
internal sealed class AllOpen : IOpenScopes
{
    public bool IsOpen(string scope) => true;
}
