using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.EntityFramework;
using Microsoft.Extensions.DependencyInjection;
using Moq;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>One of the processes that share an outbox, without the rest of an application.</summary>
internal sealed class SharedOutboxNode : IDisposable
{
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(30);

    private readonly ServiceProvider _services;
    private readonly TestDiagnostics _diagnostics;

    private SharedOutboxNode(ServiceProvider services, TimeProvider time, PayloadProtection protection)
    {
        _services = services;
        _diagnostics = new TestDiagnostics(time);
        var sessions = new OutboxSessions<OutboxDb>(services.GetRequiredService<IServiceScopeFactory>(), protection);
        var leaseTime = new LeaseTime(() => TimeSpan.FromSeconds(10));
        var monitor = new HeartbeatMonitor(time);
        var nodes = new NodeRegistry(leaseTime, monitor, Mock.Of<IOpenScopes>(scopes => scopes.IsOpen(It.IsAny<string>())));
        Lease = new DeliveryLease(sessions, nodes, leaseTime, monitor, time);
        Availability = new OutboxAvailability(sessions, _diagnostics.Diagnostics);
        Store = new EntityFrameworkOutboxStore(sessions, Lease, nodes, Availability, time);
        Ids = new RowIdSequence(time);
        Heartbeat = new NodeHeartbeat(sessions, Lease, nodes, Availability, Ids, time);
    }

    public DeliveryLease Lease { get; }

    public OutboxAvailability Availability { get; }

    public EntityFrameworkOutboxStore Store { get; }

    public NodeHeartbeat Heartbeat { get; }

    public RowIdSequence Ids { get; }

    public IReadOnlyList<LogLine> Log => _diagnostics.Log.All;

    public static async Task<SharedOutboxNode> StartAsync(TestDatabase database, TimeProvider time, bool createTables = false, PayloadProtection? protection = null)
    {
        var services = new ServiceCollection().AddDbContext<OutboxDb>(database.Configure).BuildServiceProvider();
        if (createTables)
        {
            await CreateTablesAsync(services, database);
        }

        var node = new SharedOutboxNode(services, time, protection ?? PayloadProtection.None);
        node.Store.Open();
        return node;
    }

    public Task CreateTablesAsync(TestDatabase database) => CreateTablesAsync(_services, database);

    public void Dispose()
    {
        Store.Dispose();
        Lease.Dispose();
        _diagnostics.Dispose();
        _services.Dispose();
    }

    private static async Task CreateTablesAsync(ServiceProvider services, TestDatabase database)
    {
        using var scope = services.CreateScope();
        await database.CreateTablesAsync(scope.ServiceProvider.GetRequiredService<OutboxDb>());
    }
}
