using System.Globalization;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

/// <summary>A change of a membership is noted in the transaction that makes it, as a sign-up is.</summary>
public abstract class MembershipMatrix(Func<Task<TestDatabase>> newDatabase) : DatabaseMatrix(newDatabase)
{
    [Fact]
    public Task With_text_keys() => JoinsAndLeavesAsync<KeyedOutboxDb<string>, string>(new IdentityUser<string> { Id = "peter" }, "peter");

    [Fact]
    public Task With_guid_keys() => JoinsAndLeavesAsync<KeyedOutboxDb<Guid>, Guid>(
        new IdentityUser<Guid> { Id = new Guid("0F8FAD5B-D9CB-469F-A165-70867728950E") }, "0f8fad5b-d9cb-469f-a165-70867728950e");

    [Fact]
    public Task With_generated_keys_and_names_that_need_quotes() => JoinsAndLeavesAsync<IntKeyDb, int>(new IdentityUser<int>(), "1");

    [Fact]
    public async Task A_table_that_cannot_be_asked_fails_no_save_of_the_hosts()
    {
        await using var app = await SharedOutboxApp.StartAsync<MembersOutboxDb>(
            Database, services => services.AddIntilery().MapMemberships<MembersOutboxDb.Membership>(member => member.UserId, member => member.TeamId));
        await app.RequestAsync<MembersOutboxDb>(db => db.Database.ExecuteSqlRawAsync("DROP TABLE \"Membership\""));

        await app.RequestAsync<MembersOutboxDb>(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Add(new IdentityUser("peter") { Id = "peter" });
            await db.SaveChangesAsync();
            db.Add(new IdentityUserClaim<string> { UserId = "peter", ClaimType = "tenant_id", ClaimValue = "a" });
            Assert.Equal(1, await db.SaveChangesAsync());
            db.Add(new IdentityUserClaim<string> { UserId = "peter", ClaimType = "tenant_id", ClaimValue = "b" });
            Assert.Equal(1, db.SaveChanges());
            await transaction.CommitAsync();
        });

        Assert.Equal(
            ["identify peter", "Signed Up peter", "Account Added User peter a", "Account Added User peter b"], await app.EventsAsync());
        Assert.Contains(app.Log.Ours, line => line.Message.Contains("reading the rows that a save changes", StringComparison.Ordinal));
    }

    private async Task JoinsAndLeavesAsync<TContext, TKey>(IdentityUser<TKey> user, string id)
        where TContext : DbContext
        where TKey : IEquatable<TKey>
    {
        await using var app = await SharedOutboxApp.StartAsync<TContext>(Database);
        await app.RequestAsync<TContext>(async db =>
        {
            db.Add(user);
            Assert.Equal(1, await db.SaveChangesAsync());
            db.Add(new IdentityUserClaim<TKey> { UserId = user.Id, ClaimType = "tenant_id", ClaimValue = "a" });
            Assert.Equal(1, await db.SaveChangesAsync());
        });
        await app.RequestAsync<TContext>(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Add(new IdentityUserClaim<TKey> { UserId = user.Id, ClaimType = "tenant_id", ClaimValue = "undone" });
            await db.SaveChangesAsync();
            Assert.Equal(1, IntentsIn(db));
            await transaction.RollbackAsync();
        });
        await app.RequestAsync<TContext>(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Remove(await db.Set<IdentityUser<TKey>>().SingleAsync());
            db.SaveChanges();
            Assert.Equal(2, IntentsIn(db));
            await transaction.CommitAsync();
        });

        Assert.Equal([$"identify {id} a", $"Signed Up {id} a", $"Account Added User {id} a", $"Account Removed User {id} a"], await app.EventsAsync());
        Assert.Equal(0, await app.IntentsAsync());
        Assert.DoesNotContain(app.Log.Ours, line => line.Exception is not null);
    }

    // Under the name that the model gives the table.
    private static long IntentsIn(DbContext db)
    {
        var table = db.Model.GetEntityTypes().Select(type => type.GetTableName()!).Single(name => name.EndsWith("OutboxIntents", StringComparison.OrdinalIgnoreCase));
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction!.GetDbTransaction();
        command.CommandText = $"SELECT COUNT(*) FROM \"{table}\"";
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
