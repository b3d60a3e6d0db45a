using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class SqliteDatabaseRefusedWriteTests() : EntityFrameworkRefusedWriteContract(() => Task.FromResult(TestDatabase.Sqlite()));
