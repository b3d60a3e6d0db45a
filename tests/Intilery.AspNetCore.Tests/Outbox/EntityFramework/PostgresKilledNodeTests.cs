using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class PostgresKilledNodeTests(PostgresCluster cluster)
{
    [Theory]
    [InlineData("string")]
    [InlineData("int")]
    public async Task Whenever_a_node_on_PostgreSQL_is_killed_there_is_one_sign_up_for_each_user_and_none_for_anybody_else(string keys)
    {
        using var database = await TestDatabase.PostgresAsync(cluster);
        await KilledNodes.KillAsync(database, keys, parallel: 4, usualKills: 5);
    }
}
