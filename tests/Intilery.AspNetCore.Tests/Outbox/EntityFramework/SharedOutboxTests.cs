using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class PostgresSharedOutboxTests(PostgresCluster cluster) : SharedOutboxMatrix(() => TestDatabase.PostgresAsync(cluster));

public sealed class SqliteSharedOutboxTests() : SharedOutboxMatrix(() => Task.FromResult(TestDatabase.Sqlite()))
{
    [Fact]
    public async Task Tables_that_are_missing_are_said_with_what_to_run_and_found_when_they_appear()
    {
        using var database = TestDatabase.Sqlite();
        using var node = await SharedOutboxNode.StartAsync(database, TimeProvider.System);

        await node.Heartbeat.BeatAsync(CancellationToken.None);
        Assert.False(node.Availability.IsUsable);
        var said = Assert.Single(node.Log, line => line.Level == LogLevel.Error);
        Assert.Contains("dotnet ef migrations add AddIntileryOutbox --context OutboxDb && dotnet ef database update --context OutboxDb", said.Message, StringComparison.Ordinal);

        await node.CreateTablesAsync(database);
        await node.Heartbeat.BeatAsync(CancellationToken.None);
        Assert.True(node.Availability.IsUsable);
        Assert.Null(node.Availability.Fault);
    }
}
