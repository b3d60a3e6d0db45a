using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class SqliteKilledNodeTests
{
    [Theory]
    [InlineData("string")]
    [InlineData("int")]
    public async Task Whenever_a_node_on_SQLite_is_killed_there_is_one_sign_up_for_each_user_and_none_for_anybody_else(string keys)
    {
        using var database = TestDatabase.Sqlite();
        await KilledNodes.KillAsync(database, keys, parallel: 2, usualKills: 3);
    }
}
