using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Identity;

public sealed class TransactionTests
{
    private static readonly string[] _peter = ["identify peter", "Signed Up peter"];

    [Fact]
    public async Task A_user_committed_by_an_explicit_transaction_signed_up_once()
    {
        var before = default(IReadOnlyList<string>);
        IdentityApp? running = null;
        await using var app = await Work.StartAsync(async context =>
        {
            await using var transaction = await context.Db().Database.BeginTransactionAsync(context.RequestAborted);
            await context.Users().CreateAsync(Work.NewUser("peter"));
            before = await running!.LinesAsync();
            await transaction.CommitAsync(context.RequestAborted);
        });
        running = app;

        await Work.DoAsync(app);

        Assert.Empty(before!);
        Assert.Equal(_peter, await app.LinesAsync());
    }

    [Fact]
    public async Task A_user_rolled_back_never_signed_up()
    {
        await using var app = await Work.StartAsync(async context =>
        {
            await using var transaction = await context.Db().Database.BeginTransactionAsync(context.RequestAborted);
            await context.Users().CreateAsync(Work.NewUser("peter"));
            await transaction.RollbackAsync(context.RequestAborted);
        });

        await Work.DoAsync(app);

        Assert.Empty(await app.LinesAsync());
        Assert.Equal(["UserCreated rolled-back"], app.Reasons());
    }

    [Fact]
    public async Task A_user_in_a_transaction_disposed_without_a_commit_never_signed_up()
    {
        await using var app = await Work.StartAsync(async context =>
        {
            await using (await context.Db().Database.BeginTransactionAsync(context.RequestAborted))
            {
                await context.Users().CreateAsync(Work.NewUser("peter"));
            }

            await using var next = await context.Db().Database.BeginTransactionAsync(context.RequestAborted);
            await next.CommitAsync(context.RequestAborted);
        });

        await Work.DoAsync(app);

        Assert.Empty(await app.LinesAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_savepoint_took_back_never_happened(bool isSynchronous)
    {
        await using var app = await Work.StartAsync(async context =>
        {
            await using var transaction = await context.Db().Database.BeginTransactionAsync(context.RequestAborted);
            await context.Users().CreateAsync(Work.NewUser("peter"));
            await transaction.CreateSavepointAsync("half", context.RequestAborted);
            await context.Users().CreateAsync(Work.NewUser("samir"));
            await transaction.RollbackToSavepointAsync("half", context.RequestAborted);
            await EndAsync(transaction, isSynchronous);
        });

        await Work.DoAsync(app);

        Assert.Equal(_peter, await app.LinesAsync());
        Assert.Contains("UserCreated rolled-back", app.Reasons());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_profile_that_a_savepoint_took_back_was_never_changed(bool isSynchronous)
    {
        await using var app = await Work.StartAsync(async context =>
        {
            var peter = await context.Users().FindByEmailAsync("peter@example.com");
            await using var transaction = await context.Db().Database.BeginTransactionAsync(context.RequestAborted);
            await transaction.CreateSavepointAsync("half", context.RequestAborted);
            await context.Users().SetPhoneNumberAsync(peter!, "410-555-9412");
            await transaction.RollbackToSavepointAsync("half", context.RequestAborted);
            await EndAsync(transaction, isSynchronous);
        });
        await app.CreateUserAsync();

        await Work.DoAsync(app);

        Assert.Empty(await app.LinesAsync());
        Assert.Contains("ProfileChanged rolled-back", app.Reasons());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_profile_changed_beside_what_a_savepoint_took_back_is_identified(bool isSynchronous)
    {
        await using var app = await Work.StartAsync(async context =>
        {
            var peter = await context.Users().FindByEmailAsync("peter@example.com");
            await using var transaction = await context.Db().Database.BeginTransactionAsync(context.RequestAborted);
            await context.Users().SetPhoneNumberAsync(peter!, "410-555-9412");
            await transaction.CreateSavepointAsync("half", context.RequestAborted);
            await context.Users().CreateAsync(Work.NewUser("samir"));
            await transaction.RollbackToSavepointAsync("half", context.RequestAborted);
            await EndAsync(transaction, isSynchronous);
        });
        var peter = await app.CreateUserAsync();

        await Work.DoAsync(app);

        Assert.Equal([$"identify {peter}"], await app.LinesAsync());
    }

    [Fact]
    public async Task A_user_taken_back_and_made_again_with_the_same_key_signed_up_once()
    {
        await using var app = await Work.StartAsync(async context =>
        {
            var db = context.Db();
            await using var transaction = await db.Database.BeginTransactionAsync(context.RequestAborted);
            await transaction.CreateSavepointAsync("start", context.RequestAborted);
            await context.Users().CreateAsync(Work.NewUser("peter"));
            await transaction.RollbackToSavepointAsync("start", context.RequestAborted);
            db.ChangeTracker.Clear();
            await context.Users().CreateAsync(Work.NewUser("peter"));
            await transaction.CommitAsync(context.RequestAborted);
        });

        await Work.DoAsync(app);

        Assert.Equal(_peter, await app.LinesAsync());
    }

    [Fact]
    public async Task A_save_that_failed_inside_a_transaction_takes_nothing_else_with_it()
    {
        await using var app = await Work.StartAsync(async context =>
        {
            await using var transaction = await context.Db().Database.BeginTransactionAsync(context.RequestAborted);
            await context.Users().CreateAsync(Work.NewUser("peter"));
            context.Db().Users.Add(new IdentityUser { Id = "double", UserName = "peter", NormalizedUserName = "PETER" });
            await Assert.ThrowsAsync<DbUpdateException>(() => context.Db().SaveChangesAsync(context.RequestAborted));
            await transaction.CommitAsync(context.RequestAborted);
        });

        await Work.DoAsync(app);

        Assert.Equal(_peter, await app.LinesAsync());
    }

    [Fact]
    public async Task A_replay_by_an_execution_strategy_signs_up_once()
    {
        var attempts = 0;
        await using var app = await Work.StartAsync(async context =>
        {
            var db = context.Db();
            db.Users.Add(Work.NewUser("peter"));
            await new RetryAtOnce(db).ExecuteAsync(async () =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync();
                await db.SaveChangesAsync(acceptAllChangesOnSuccess: false);
                if (++attempts == 1)
                {
                    throw new TimeoutException();
                }

                await transaction.CommitAsync();
            });
            db.ChangeTracker.AcceptAllChanges();
        });

        await Work.DoAsync(app);

        Assert.Equal(2, attempts);
        Assert.Equal(_peter, await app.LinesAsync());
    }

    [Fact]
    public async Task A_transaction_shared_by_two_contexts_reports_what_both_saved_at_its_commit()
    {
        await using var app = await Work.StartAsync(async context =>
        {
            await using var scope = context.RequestServices.CreateAsyncScope();
            var (owner, guest) = (context.Db(), scope.ServiceProvider.GetRequiredService<AppDb>());
            await using var transaction = await owner.Database.BeginTransactionAsync(context.RequestAborted);
            guest.Database.SetDbConnection(owner.Database.GetDbConnection());
            await guest.Database.UseTransactionAsync(transaction.GetDbTransaction(), context.RequestAborted);
            guest.Users.Add(Work.NewUser("peter"));
            await guest.SaveChangesAsync(context.RequestAborted);
            owner.Users.Add(Work.NewUser("samir"));
            await owner.SaveChangesAsync(context.RequestAborted);
            await transaction.CommitAsync(context.RequestAborted);
        });

        await Work.DoAsync(app);

        Assert.Equal([.. _peter, "identify samir", "Signed Up samir"], await app.LinesAsync());
    }

    private static async Task EndAsync(IDbContextTransaction transaction, bool isSynchronous)
    {
        if (isSynchronous)
        {
            transaction.Commit();
        }
        else
        {
            await transaction.CommitAsync();
        }
    }

    private sealed class RetryAtOnce(DbContext context) : ExecutionStrategy(context, maxRetryCount: 2, maxRetryDelay: TimeSpan.Zero)
    {
        protected override bool ShouldRetryOn(Exception exception) => exception is TimeoutException;
    }
}
