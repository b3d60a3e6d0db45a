using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

/// <summary>Tests that each kind of database passes, on one of their own each.</summary>
public abstract class DatabaseMatrix(Func<Task<TestDatabase>> newDatabase) : IAsyncLifetime
{
    private protected TestDatabase Database { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Database = await newDatabase();

    public ValueTask DisposeAsync()
    {
        Database.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
