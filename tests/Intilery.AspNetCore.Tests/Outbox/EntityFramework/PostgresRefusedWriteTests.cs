using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class PostgresRefusedWriteTests(PostgresCluster cluster) : EntityFrameworkRefusedWriteContract(() => TestDatabase.PostgresAsync(cluster));
