using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class SqliteContractTests() : EntityFrameworkOutboxStoreContract(() => Task.FromResult(TestDatabase.Sqlite()));
