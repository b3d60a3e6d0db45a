using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class SqliteTransactionTests() : TransactionMatrix(() => Task.FromResult(TestDatabase.Sqlite()))
{
    [Fact]
    public async Task While_the_request_holds_a_transaction_open_its_response_does_not_wait_for_the_outbox()
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(Database);

        await app.RequestAsync(async context =>
        {
            var db = context.RequestServices.GetRequiredService<OutboxDb>();
            db.Users.Add(new IdentityUser("a"));
            await db.SaveChangesAsync();
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Roles.Add(new IdentityRole("r"));
            await db.SaveChangesAsync();

            // The one writer that SQLite has is this transaction: had the response waited, the clock would stand still for ever.
            await context.Response.StartAsync();
            Assert.True(context.Response.HasStarted);
            await transaction.CommitAsync();
        });

        Assert.Single(await app.CommittedSignUpsAsync());
        await app.StopAsync();
    }
}
