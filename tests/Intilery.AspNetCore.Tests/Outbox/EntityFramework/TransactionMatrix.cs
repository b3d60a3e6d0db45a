using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using static Intilery.AspNetCore.Tests.Outbox.EntityFramework.Saves;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

/// <summary>Every way in which a transaction of the application's ends: there is one Signed Up for each row that it commits, and none for any other.</summary>
public abstract class TransactionMatrix(Func<Task<TestDatabase>> newDatabase) : DatabaseMatrix(newDatabase)
{
    [Fact]
    public async Task The_key_is_the_real_one_in_an_open_transaction_too()
    {
        await using var app = await SharedOutboxApp.StartAsync<IntKeyDb>(Database);
        var user = new IdentityUser<int>("a");

        await app.RequestAsync<IntKeyDb>(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Users.Add(user);
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
        });

        Assert.Equal([Key(user)], await app.SignUpsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_open_transaction_counts_when_it_commits_and_its_intent_is_in_it(bool isAsync)
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(Database);
        var user = NewUser("a");

        await app.RequestAsync<OutboxDb>(async db =>
        {
            using var transaction = isAsync ? await db.Database.BeginTransactionAsync() : db.Database.BeginTransaction();
            db.Users.Add(user);
            Assert.Equal(1, isAsync ? await db.SaveChangesAsync() : db.SaveChanges());
            Assert.Equal(1, CountIntents(db.Database.GetDbConnection(), transaction.GetDbTransaction()));
            if (isAsync)
            {
                await transaction.CommitAsync();
            }
            else
            {
                transaction.Commit();
            }
        });

        Assert.Equal([user.Id], await app.SignUpsAsync());
        Assert.Equal(0, await app.IntentsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_transaction_that_is_rolled_back_or_disposed_leaves_nothing_and_the_next_one_counts_alone(bool isDisposed)
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(Database);
        var (undone, kept) = (NewUser("undone"), NewUser("kept"));

        await app.RequestAsync<OutboxDb>(async db =>
        {
            await using (var transaction = await db.Database.BeginTransactionAsync())
            {
                db.Users.Add(undone);
                await db.SaveChangesAsync();
                if (!isDisposed)
                {
                    await transaction.RollbackAsync();
                }
            }

            db.ChangeTracker.Clear();
            await using var next = await db.Database.BeginTransactionAsync();
            db.Users.Add(kept);
            await db.SaveChangesAsync();
            await next.CommitAsync();
        });

        Assert.Equal([kept.Id], await app.SignUpsAsync());
        Assert.Equal(0, await app.IntentsAsync());
    }

    [Fact]
    public async Task What_a_rollback_to_a_savepoint_undoes_did_not_happen()
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(Database);
        var (kept, undone) = (NewUser("kept"), NewUser("undone"));

        await app.RequestAsync<OutboxDb>(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Users.Add(kept);
            await db.SaveChangesAsync();
            await transaction.CreateSavepointAsync("before");
            db.Users.Add(undone);
            await db.SaveChangesAsync();
            await transaction.RollbackToSavepointAsync("before");
            await transaction.CommitAsync();
        });

        Assert.Equal([kept.Id], await app.SignUpsAsync());
        Assert.Equal(0, await app.IntentsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_transaction_that_ends_behind_EFs_back_counts_if_it_committed(bool commits)
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(Database);
        var user = NewUser("a");

        await app.RequestAsync<OutboxDb>(async db =>
        {
            await db.Database.OpenConnectionAsync();
            await using var raw = await db.Database.GetDbConnection().BeginTransactionAsync();
            await db.Database.UseTransactionAsync(raw);
            db.Users.Add(user);
            await db.SaveChangesAsync();
            if (commits)
            {
                await raw.CommitAsync();
            }
            else
            {
                await raw.RollbackAsync();
            }
        });

        Assert.Equal(commits ? [user.Id] : [], await app.SignUpsAsync());
        Assert.Equal(0, await app.IntentsAsync());
    }

    [Fact]
    public async Task A_transaction_that_a_strategy_replays_counts_for_its_last_attempt()
    {
        await using var app = await SharedOutboxApp.StartAsync<IntKeyDb>(
            Database, options: options => Database.RetryWith(options, dependencies => new RetryOnTestFault(dependencies)));
        var attempts = 0;
        var user = new IdentityUser<int>("a");

        await app.RequestAsync<IntKeyDb>(db => db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            db.ChangeTracker.Clear();
            await using var transaction = await db.Database.BeginTransactionAsync();
            user = new IdentityUser<int>("a");
            db.Users.Add(user);
            await db.SaveChangesAsync();
            if (++attempts == 1)
            {
                throw new TestFaultException();
            }

            await transaction.CommitAsync();
        }));

        Assert.Equal([Key(user)], await app.SignUpsAsync());
    }

    [Fact]
    public async Task A_context_without_the_table_appends_at_its_commit()
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(
            Database, services => services.AddDbContext<PlainDb>(Database.Configure));
        var (a, b) = (NewUser("a"), NewUser("b"));

        await app.RequestAsync(async context =>
        {
            var plain = context.RequestServices.GetRequiredService<PlainDb>();
            plain.Users.Add(a);
            await plain.SaveChangesAsync();
            var holding = context.RequestServices.GetRequiredService<OutboxDb>();
            holding.Users.Add(b);
            await holding.SaveChangesAsync();
        });

        Assert.Equal([a.Id, b.Id], await app.SignUpsAsync());
        Assert.Equal(0, await app.IntentsAsync());
    }
}
