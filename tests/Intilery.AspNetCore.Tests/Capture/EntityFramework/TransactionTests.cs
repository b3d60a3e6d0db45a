using Intilery.AspNetCore.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

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
        Assert.Contains("Signed Up rolled-back", app.Reasons());
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
        Assert.Contains("identify rolled-back", app.Reasons());
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
}
