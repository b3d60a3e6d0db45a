using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.EntityFramework;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>The outbox in an application's own database, with its lease held.</summary>
internal static class SharedStore
{
    public static async Task<(IOutboxStore Store, DbContext Database)> OpenAsync(Action<DbContextOptionsBuilder> configure)
    {
        var services = new ServiceCollection().AddDbContext<BenchmarkDb>(configure).BuildServiceProvider();
        var context = services.GetRequiredService<IServiceScopeFactory>().CreateScope().ServiceProvider.GetRequiredService<BenchmarkDb>();
        await context.Database.EnsureDeletedAsync();
        await context.Database.EnsureCreatedAsync();

        var sessions = new OutboxSessions<BenchmarkDb>(services.GetRequiredService<IServiceScopeFactory>(), PayloadProtection.None);
        var leaseTime = new LeaseTime(() => TimeSpan.FromMinutes(10));
        var monitor = new HeartbeatMonitor(TimeProvider.System);
        var nodes = new NodeRegistry(leaseTime, monitor, new AllOpen());
        var lease = new DeliveryLease(sessions, nodes, leaseTime, monitor, TimeProvider.System);
        var store = new EntityFrameworkOutboxStore(sessions, lease, nodes, new OutboxAvailability(sessions, Sample.Diagnostics()), TimeProvider.System);
        store.Open();
        return await lease.TryHoldAsync(CancellationToken.None) ? (store, context) : throw new InvalidOperationException("The lease is not to be had.");
    }

    /// <summary>Inserts every row once more, under an id that is less by so much: a server does it faster than a client.</summary>
    public static Task DoubleAsync(DbContext context, long shift)
    {
        var names = context.GetService<ISqlGenerationHelper>();
        string[] columns = ["Format", "Destination", "UserId", "Event", "Due", "Backfill", "TraceParent", "Payload"];
        var (table, id, others) = (names.DelimitIdentifier("IntileryOutboxRows"), names.DelimitIdentifier("Id"), string.Join(", ", columns.Select(names.DelimitIdentifier)));
        context.Database.SetCommandTimeout(TimeSpan.FromMinutes(5));
#pragma warning disable EF1002 // Names of the model.
        return context.Database.ExecuteSqlRawAsync($"INSERT INTO {table} ({id}, {others}) SELECT {id} - {shift}, {others} FROM {table}");
#pragma warning restore EF1002
    }
}

/// <summary>Every scope of this process is open.</summary>
internal sealed class AllOpen : IOpenScopes
{
    public bool IsOpen(string scope) => true;
}
