using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class PostgresSaveTests(PostgresCluster cluster) : SaveMatrix(() => TestDatabase.PostgresAsync(cluster));
