using System.Data.Common;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using static Intilery.AspNetCore.Tests.Outbox.EntityFramework.Saves;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

/// <summary>Every way in which a user's row is saved or not: there is one Signed Up for each that is, and none for any other.</summary>
public abstract class SaveMatrix(Func<Task<TestDatabase>> newDatabase) : DatabaseMatrix(newDatabase)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_save_of_its_own_has_its_intent_in_the_same_transaction(bool isAsync)
    {
        var seen = new CommittingIntents();
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(Database, options: options => options.AddInterceptors(seen));
        var user = NewUser("a");
        seen.Counts.Clear();

        await app.RequestAsync<OutboxDb>(async db =>
        {
            db.Users.Add(user);
            Assert.Equal(1, isAsync ? await db.SaveChangesAsync() : db.SaveChanges());
            Assert.Equal(AutoTransactionBehavior.WhenNeeded, db.Database.AutoTransactionBehavior);
            Assert.Equal([user], db.ChangeTracker.Entries().Select(entry => entry.Entity));
        });

        Assert.Equal([1L], seen.Counts);
        Assert.Equal([user.Id], await app.SignUpsAsync());
        Assert.Equal(0, await app.IntentsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_key_that_the_database_generates_is_the_real_one(bool isAsync)
    {
        await using var app = await SharedOutboxApp.StartAsync<IntKeyDb>(Database);
        var users = new[] { new IdentityUser<int>("a"), new IdentityUser<int>("b") };

        await app.RequestAsync<IntKeyDb>(async db =>
        {
            db.Users.AddRange(users);
            Assert.Equal(2, isAsync ? await db.SaveChangesAsync() : db.SaveChanges());
        });

        Assert.Equal(users.Select(Key).Order(), (await app.SignUpsAsync()).Order());
        Assert.All(users, user => Assert.True(user.Id > 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_intent_that_the_table_refuses_keeps_neither_the_others_out_nor_the_save_from_its_commit(bool isAsync)
    {
        var seen = new CommittingIntents();
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(Database, options: options => options.AddInterceptors(seen));
        using (var scope = app.Services.CreateScope())
        {
            await scope.ServiceProvider.GetRequiredService<OutboxDb>().Database.ExecuteSqlRawAsync(
                "CREATE UNIQUE INDEX \"OnePerUser\" ON \"IntileryOutboxIntents\" (\"UserId\")", TestContext.Current.CancellationToken);
        }

        var (one, other) = (NewUser("a"), NewUser("b"));
        seen.Counts.Clear();

        await app.RequestAsync<OutboxDb>(async db =>
        {
            db.Users.AddRange(one, other);
            db.UserClaims.Add(new IdentityUserClaim<string> { UserId = other.Id, ClaimType = "tenant_id", ClaimValue = "acct_1" });
            Assert.Equal(3, isAsync ? await db.SaveChangesAsync() : db.SaveChanges());
        });

        Assert.Equal([2L], seen.Counts);
        Assert.Equal(new[] { one.Id, other.Id }.Order(StringComparer.Ordinal), (await app.SignUpsAsync()).Order(StringComparer.Ordinal));
        Assert.Equal(0, await app.IntentsAsync());
    }

    [Fact]
    public async Task A_save_that_accepts_no_changes_counts_once()
    {
        await using var app = await SharedOutboxApp.StartAsync<IntKeyDb>(Database);
        var user = new IdentityUser<int>("a");

        await app.RequestAsync<IntKeyDb>(async db =>
        {
            db.Users.Add(user);
            await db.SaveChangesAsync(acceptAllChangesOnSuccess: false);
            db.ChangeTracker.AcceptAllChanges();
            await db.SaveChangesAsync();
        });

        Assert.Equal([Key(user)], await app.SignUpsAsync());
    }

    [Fact]
    public async Task A_save_that_a_strategy_tries_again_counts_once_for_each_row()
    {
        var fault = new FirstCommitFails();
        await using var app = await SharedOutboxApp.StartAsync<IntKeyDb>(Database, options: options =>
        {
            options.AddInterceptors(fault);
            Database.RetryWith(options, dependencies => new RetryOnTestFault(dependencies));
        });
        var users = new[] { new IdentityUser<int>("a"), new IdentityUser<int>("b") };
        fault.Arm();

        await app.RequestAsync<IntKeyDb>(async db =>
        {
            db.Users.AddRange(users);
            await db.SaveChangesAsync();
        });

        Assert.Equal(2, fault.Commits);
        Assert.Equal(users.Select(Key).Order(), (await app.SignUpsAsync()).Order());
        Assert.Equal(0, await app.IntentsAsync());
    }

    [Fact]
    public async Task A_conflict_leaves_the_context_as_it_was_and_is_no_event()
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(Database);
        var (user, other) = (NewUser("a"), NewUser("b"));

        await app.RequestAsync<OutboxDb>(async db =>
        {
            db.Users.Add(other);
            db.Users.Update(new IdentityUser("gone") { Id = "gone" });
            await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => db.SaveChangesAsync(CancellationToken.None));
            Assert.Equal(AutoTransactionBehavior.WhenNeeded, db.Database.AutoTransactionBehavior);
            db.ChangeTracker.Clear();
            db.Users.Add(user);
            await db.SaveChangesAsync();
        });

        Assert.Equal([user.Id], await app.SignUpsAsync());
    }

    [Fact]
    public async Task The_applications_own_interceptors_meet_nothing_of_ours()
    {
        var commands = new RecordedCommands();
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(Database, options: options => options.AddInterceptors(commands));

        await app.RequestAsync<OutboxDb>(async db =>
        {
            db.Users.Add(NewUser("a"));
            await db.SaveChangesAsync();
        });

        Assert.Single(await app.SignUpsAsync());
        Assert.Contains(commands.Texts, text => text.Contains("AspNetUsers", StringComparison.Ordinal));
        Assert.DoesNotContain(commands.Texts, text => text.Contains("INSERT", StringComparison.Ordinal) && text.Contains("Intilery", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("IntileryOutboxIntents")]
    [InlineData("IntileryOutboxRows")]
    public async Task A_table_that_is_dropped_while_requests_run_fails_none_of_them_and_loses_nothing(string table)
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(Database);
        var user = NewUser("a");
        await RenameAsync(app, table, "elsewhere");

        var request = app.RequestAsync<OutboxDb>(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Users.Add(user);
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
        });
        await app.Clock.PassAsync(TimeSpan.FromSeconds(45));
        await request;
        Assert.True(await ExistsAsync(app, user.Id));

        await RenameAsync(app, "elsewhere", table);
        while (await app.SignUpsAsync() is [])
        {
            await app.Clock.PassAsync(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));
        }

        Assert.Equal([user.Id], await app.SignUpsAsync());
        Assert.Equal(0, await app.IntentsAsync());
    }

    private static async Task RenameAsync(SharedOutboxApp app, string from, string to)
    {
        using var scope = app.Services.CreateScope();
        var sql = $"ALTER TABLE \"{from}\" RENAME TO \"{to}\"";
        await scope.ServiceProvider.GetRequiredService<OutboxDb>().Database.ExecuteSqlRawAsync(sql);
    }

    private static async Task<bool> ExistsAsync(SharedOutboxApp app, string id)
    {
        using var scope = app.Services.CreateScope();
        return await scope.ServiceProvider.GetRequiredService<OutboxDb>().Users.AnyAsync(user => user.Id == id);
    }

    private sealed class CommittingIntents : DbTransactionInterceptor
    {
        public List<long> Counts { get; } = [];

        public override InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
        {
            Counts.Add(CountIntents(transaction.Connection!, transaction));
            return result;
        }

        public override ValueTask<InterceptionResult> TransactionCommittingAsync(
            DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
        {
            Counts.Add(CountIntents(transaction.Connection!, transaction));
            return new(result);
        }
    }

    private sealed class FirstCommitFails : DbTransactionInterceptor
    {
        private bool _isArmed;

        public int Commits { get; private set; }

        public void Arm() => _isArmed = true;

        public override ValueTask<InterceptionResult> TransactionCommittingAsync(
            DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
            _isArmed && ++Commits == 1 ? throw new TestFaultException() : new(result);
    }

    private sealed class RecordedCommands : DbCommandInterceptor
    {
        public List<string> Texts { get; } = [];

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            Texts.Add(command.CommandText);
            return new(result);
        }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            Texts.Add(command.CommandText);
            return new(result);
        }
    }
}
