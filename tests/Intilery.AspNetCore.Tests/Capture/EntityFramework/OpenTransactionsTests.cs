using System.Data.Common;
using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Moq;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

public sealed class OpenTransactionsTests
{
    // Npgsql hands out one transaction object per connection, again and again; a disposed one ends without a callback.
    [Fact]
    public void A_transaction_object_that_begins_again_carries_nothing_over()
    {
        var open = new OpenTransactions();
        var transaction = Mock.Of<DbTransaction>();
        open.Add(transaction, [Change("peter")]);

        Assert.Equal("peter", Assert.Single(open.Take(transaction)).Fact.UserId);
        open.Add(transaction, [Change("samir")]);

        Assert.Equal("samir", Assert.Single(open.Take(transaction)).Fact.UserId);
        Assert.Empty(open.Take(transaction));
    }

    private static SavedChange Change(string userId) => new(
        new FoundChange(
            new UserCreated { Key = userId, UserId = userId, At = DateTimeOffset.UnixEpoch, Profile = Profile.Empty }, null!, _ => true),
        new CaptureScope(new ScopeContext { Id = "s", Destination = "https://tracking.test" }));
}
