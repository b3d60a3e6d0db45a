using System.Transactions;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class PostgresMembershipTests(PostgresCluster cluster) : MembershipMatrix(() => TestDatabase.PostgresAsync(cluster))
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_transaction_scope_counts_when_it_completes(bool completes)
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(Database);
        await app.RequestAsync<OutboxDb>(async db =>
        {
            db.Add(new IdentityUser("peter") { Id = "peter" });
            await db.SaveChangesAsync();
        });

        await app.RequestAsync<OutboxDb>(async db =>
        {
            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            db.Add(new IdentityUserClaim<string> { UserId = "peter", ClaimType = "tenant_id", ClaimValue = "a" });
            await db.SaveChangesAsync();
            db.Add(new IdentityUserClaim<string> { UserId = "peter", ClaimType = "tenant_id", ClaimValue = "a" });
            await db.SaveChangesAsync();
            if (completes)
            {
                scope.Complete();
            }
        });

        Assert.Equal(completes ? ["Account Added User peter a"] : [], (await app.EventsAsync()).Skip(2));
        Assert.Equal(0, await app.IntentsAsync());
        Assert.DoesNotContain(app.Log.Ours, line => line.Exception is not null);
    }
}
