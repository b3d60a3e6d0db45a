using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class PostgresMembershipTests(PostgresCluster cluster) : MembershipMatrix(() => TestDatabase.PostgresAsync(cluster));
