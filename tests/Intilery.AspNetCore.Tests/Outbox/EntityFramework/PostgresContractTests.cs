
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class PostgresContractTests(PostgresCluster cluster) : EntityFrameworkOutboxStoreContract(() => TestDatabase.PostgresAsync(cluster));
