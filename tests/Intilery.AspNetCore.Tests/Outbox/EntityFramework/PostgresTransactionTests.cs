using System.Transactions;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class PostgresTransactionTests(PostgresCluster cluster) : TransactionMatrix(() => TestDatabase.PostgresAsync(cluster))
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task A_transaction_scope_counts_when_it_completes(bool completes, bool isAsync)
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(Database);
        var user = new IdentityUser("a");

        await app.RequestAsync<OutboxDb>(async db =>
        {
            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            db.Users.Add(user);
            Assert.Equal(1, isAsync ? await db.SaveChangesAsync() : db.SaveChanges());
            if (completes)
            {
                scope.Complete();
            }
        });

        Assert.Equal(completes ? [user.Id] : [], await app.SignUpsAsync());
        Assert.Equal(0, await app.IntentsAsync());
    }
}
