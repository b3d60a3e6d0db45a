using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

/// <summary>The contract, kept in an application's own database.</summary>
public abstract class EntityFrameworkOutboxStoreContract(Func<Task<TestDatabase>> newDatabase) : OutboxStoreContract, IAsyncLifetime
{
    private SharedOutboxNode? _node;
    private TestDatabase? _database;

    public async ValueTask InitializeAsync()
    {
        _database = await newDatabase();
        _node = await SharedOutboxNode.StartAsync(_database, TimeProvider.System, createTables: true);
        Assert.True(await _node.Lease.TryHoldAsync(CancellationToken.None));
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private protected override IOutboxStore OpenNew() => _node!.Store;

    private protected override void CleanUp()
    {
        _node?.Dispose();
        _database?.Dispose();
    }
}
