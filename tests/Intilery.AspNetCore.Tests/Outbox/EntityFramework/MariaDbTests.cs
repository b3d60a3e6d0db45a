using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class MariaDbContractTests(MariaDbServer server) : EntityFrameworkOutboxStoreContract(() => TestDatabase.MariaDbAsync(server));

public sealed class MariaDbRefusedWriteTests(MariaDbServer server) : EntityFrameworkRefusedWriteContract(() => TestDatabase.MariaDbAsync(server));

public sealed class MariaDbSharedOutboxTests(MariaDbServer server) : SharedOutboxMatrix(() => TestDatabase.MariaDbAsync(server));

public sealed class MariaDbTransactionTests(MariaDbServer server) : TransactionMatrix(() => TestDatabase.MariaDbAsync(server));

public sealed class MariaDbSaveTests(MariaDbServer server) : SaveMatrix(() => TestDatabase.MariaDbAsync(server));

public sealed class MariaDbMembershipTests(MariaDbServer server) : MembershipMatrix(() => TestDatabase.MariaDbAsync(server));

public sealed class MariaDbKilledNodeTests(MariaDbServer server)
{
    [Theory]
    [InlineData("string")]
    [InlineData("int")]
    public async Task Whenever_a_node_on_MariaDB_is_killed_there_is_one_sign_up_for_each_user_and_none_for_anybody_else(string keys)
    {
        using var database = await TestDatabase.MariaDbAsync(server);
        await KilledNodes.KillAsync(database, keys, parallel: 4, usualKills: 3);
    }
}
