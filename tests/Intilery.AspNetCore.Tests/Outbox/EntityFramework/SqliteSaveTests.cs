using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class SqliteSaveTests() : SaveMatrix(() => Task.FromResult(TestDatabase.Sqlite()));
