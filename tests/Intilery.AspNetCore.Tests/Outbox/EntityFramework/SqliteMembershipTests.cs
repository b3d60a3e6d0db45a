using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class SqliteMembershipTests() : MembershipMatrix(() => Task.FromResult(TestDatabase.Sqlite()));
