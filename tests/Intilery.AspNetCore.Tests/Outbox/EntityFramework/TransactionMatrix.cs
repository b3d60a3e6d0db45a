using System.Data.Common;
using System.Diagnostics;
using System.Security.Claims;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.EntityFramework;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
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

        Assert.Equal([Key(user)], await app.CommittedSignUpsAsync());
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

        Assert.Equal([user.Id], await app.CommittedSignUpsAsync());
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

        Assert.Equal([kept.Id], await app.CommittedSignUpsAsync());
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

        Assert.Equal([kept.Id], await app.CommittedSignUpsAsync());
        Assert.Equal(0, await app.IntentsAsync());
    }

    [Fact]
    public async Task A_scope_that_ends_before_a_transaction_looks_its_intents_up_only_where_the_end_of_one_may_be_missed()
    {
        CountingOutbox? outbox = null;
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(
            Database, services => services.AddSingleton<ITransactionalOutbox>(provider => outbox = new CountingOutbox(ActivatorUtilities.CreateInstance<TransactionalOutbox>(provider))));

        await app.RequestAsync<OutboxDb>(async db =>
        {
            await db.Database.OpenConnectionAsync();
            var raw = await db.Database.GetDbConnection().BeginTransactionAsync();
            await db.Database.UseTransactionAsync(raw);
            db.Users.Add(NewUser("a"));
            await db.SaveChangesAsync();
        });

        await app.Completion;
        Assert.Equal((1, Database.IsMariaDb ? 1 : 0), (outbox!.Appended, outbox.Looks));
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

        Assert.Equal(commits ? [user.Id] : [], await app.CommittedSignUpsAsync());
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

        Assert.Equal([Key(user)], await app.CommittedSignUpsAsync());
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

        Assert.Equal([a.Id, b.Id], await app.CommittedSignUpsAsync());
        Assert.Equal(0, await app.IntentsAsync());
    }

    [Fact]
    public async Task A_transaction_that_a_strategy_replays_with_the_same_entity_tells_whose_sign_up_it_is()
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(
            Database, options: options => Database.RetryWith(options, dependencies => new RetryOnTestFault(dependencies)));
        var attempts = 0;
        var user = NewUser("a");

        await app.RequestAsync<OutboxDb>(async db =>
        {
            db.Users.Add(user);
            await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync();
                await db.SaveChangesAsync(acceptAllChangesOnSuccess: false);
                if (++attempts == 1)
                {
                    throw new TestFaultException();
                }

                await transaction.CommitAsync();
            });
            db.ChangeTracker.AcceptAllChanges();
        });

        Assert.Equal([$"identify {user.Id}", $"Signed Up {user.Id}"], await app.EventsAsync());
        Assert.Equal(0, await app.IntentsAsync());
    }

    [Fact]
    public async Task A_new_user_for_each_attempt_of_a_strategy_is_at_the_browser()
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(
            Database, options: options => Database.RetryWith(options, dependencies => new RetryOnTestFault(dependencies)));
        var attempts = 0;
        var user = NewUser("a");

        await app.RequestAsync<OutboxDb>(db => db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            db.ChangeTracker.Clear();
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Users.Add(user = NewUser("a"));
            await db.SaveChangesAsync();
            if (++attempts == 1)
            {
                throw new TestFaultException();
            }

            await transaction.CommitAsync();
        }));

        Assert.Equal([$"identify {user.Id} /work", $"Signed Up {user.Id} /work"], (await app.CallsAsync()).Select(call => $"{call} {call.Call["context"]!["page"]!["path"]}"));
    }

    [Fact]
    public async Task A_commit_whose_answer_is_lost_is_in_order_with_what_follows()
    {
        var lost = new LostCommit();
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(Database, options: options => options.AddInterceptors(lost));
        var user = NewUser("a");

        await app.RequestAsync(async context =>
        {
            var db = context.RequestServices.GetRequiredService<OutboxDb>();
            await using (var transaction = await db.Database.BeginTransactionAsync())
            {
                db.Users.Add(user);
                await db.SaveChangesAsync();
                lost.IsArmed = true;
                await Assert.ThrowsAsync<TestFaultException>(() => transaction.CommitAsync(TestContext.Current.CancellationToken));
                lost.IsArmed = false;
            }

            await SignInAsync(context, user);
        });

        Assert.Equal([$"identify {user.Id}", $"Signed Up {user.Id}", $"Signed In {user.Id}"], await app.EventsAsync());
        Assert.Equal(0, await app.IntentsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_unit_of_work_that_ends_after_its_response_has_begun_is_one_commit(bool commits)
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(Database);
        var user = NewUser("a");

        await app.RequestAsync(async context =>
        {
            var db = context.RequestServices.GetRequiredService<OutboxDb>();
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Users.Add(user);
            await db.SaveChangesAsync();
            await SignInAsync(context, user);
            await context.Response.StartAsync();
            if (commits)
            {
                await transaction.CommitAsync();
            }
        });

        // The client has its response before the server is done with the request.
        var began = Stopwatch.GetTimestamp();
        while (app.Services.GetRequiredService<TrackingScopes>().OpenCount > 0 && Stopwatch.GetElapsedTime(began) < Patience.Limit)
        {
            await app.IntentsAsync();
        }

        Assert.Equal(commits ? [$"identify {user.Id}", $"Signed Up {user.Id}", $"Signed In {user.Id}"] : [], await app.EventsAsync());
        Assert.Equal(0, await app.IntentsAsync());
    }

    [Fact]
    public async Task A_scope_that_stays_open_keeps_its_intents_from_recovery_and_forgets_them_when_they_are_stored()
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(Database);
        var scopes = app.Services.GetRequiredService<TrackingScopes>();
        var user = NewUser("a");
        string id;

        await using (app.Services.GetRequiredService<ILifecycleTracker>().BeginScope(groupId: "acc1"))
        {
            await using (var services = app.Services.CreateAsyncScope())
            {
                var db = services.ServiceProvider.GetRequiredService<OutboxDb>();
                db.Users.Add(user);
                await db.SaveChangesAsync(TestContext.Current.CancellationToken);
            }

            app.Services.GetRequiredService<ILifecycleTracker>().SetSignUpType("imported");
            id = scopes.Current!.Context.Id;
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();

            await app.Services.GetRequiredService<OrphanWatch>().LookFirstAsync(TestContext.Current.CancellationToken);

            Assert.True(scopes.IsOpen(id));
            Assert.Empty(await app.EventsAsync());
        }

        Assert.Equal(["imported"], (await app.CallsAsync()).Where(call => call.Event == "Signed Up").Select(call => (string?)call.Call["properties"]!["type"]));
        Assert.False(scopes.IsOpen(id));
        Assert.Equal(0, scopes.OpenCount);
    }

    [Fact]
    public async Task A_save_that_fails_leaves_no_scope_open()
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(Database);
        var (user, twin) = (NewUser("a"), NewUser("a"));

        await app.RequestAsync<OutboxDb>(async db =>
        {
            db.Users.Add(user);
            await db.SaveChangesAsync();
            db.Users.Add(twin);
            await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync(TestContext.Current.CancellationToken));
        });

        Assert.Equal([user.Id], await app.SignUpsAsync());
        Assert.Equal(0, app.Services.GetRequiredService<TrackingScopes>().OpenCount);
    }

    private static Task SignInAsync(HttpContext context, IdentityUser user) => context.SignInAsync(
        IdentityConstants.ApplicationScheme, new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, user.Id)], "test")));

    // The database has committed when the connection breaks.
    private sealed class LostCommit : DbTransactionInterceptor
    {
        public bool IsArmed { get; set; }

        public override async ValueTask<InterceptionResult> TransactionCommittingAsync(
            DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
        {
            if (IsArmed)
            {
                await transaction.CommitAsync(cancellationToken);
                throw new TestFaultException();
            }

            return result;
        }
    }

    private sealed class CountingOutbox(TransactionalOutbox inner) : ITransactionalOutbox
    {
        public int Appended { get; private set; }

        public int Looks { get; private set; }

        public bool MayMissEnds => inner.MayMissEnds;

        public bool Covers(DbContext context) => inner.Covers(context);

        public IReadOnlySet<long> Append(IReadOnlyList<Intent> intents, DbContext context, DbTransaction? transaction)
        {
            Appended += intents.Count;
            return inner.Append(intents, context, transaction);
        }

        public ValueTask<IReadOnlySet<long>> AppendAsync(
            IReadOnlyList<Intent> intents, DbContext context, DbTransaction? transaction, CancellationToken cancellationToken)
        {
            Appended += intents.Count;
            return inner.AppendAsync(intents, context, transaction, cancellationToken);
        }

        public ValueTask<IReadOnlySet<long>> FindAsync(IReadOnlyList<long> intents, CancellationToken cancellationToken)
        {
            Looks++;
            return inner.FindAsync(intents, cancellationToken);
        }
    }
}
