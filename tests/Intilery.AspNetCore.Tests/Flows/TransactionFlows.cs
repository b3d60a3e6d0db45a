using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>Users that are made in transactions of the application's own: committed or not.</summary>
internal static class TransactionFlows
{
    private static readonly string[] _signedUp = ["identify peter", "Signed Up peter"];

    public static IEnumerable<Flow> Rows =>
    [
        Saved("a transaction that commits", _signedUp, [], async (context, peter, _) =>
        {
            await using var transaction = await context.Db().Database.BeginTransactionAsync();
            await context.Users().CreateAsync(peter);
            await transaction.CommitAsync();
        }),
        Saved("a transaction that rolls back", [], ["Signed Up rolled-back"], async (context, peter, _) =>
        {
            await using var transaction = await context.Db().Database.BeginTransactionAsync();
            await context.Users().CreateAsync(peter);
            await transaction.RollbackAsync();
        }),
        Saved("a transaction disposed without a word, and the next", ["identify samir", "Signed Up samir"], ["Signed Up unconfirmed"], async (context, peter, samir) =>
        {
            await using (await context.Db().Database.BeginTransactionAsync())
            {
                await context.Users().CreateAsync(peter);
            }

            await using var next = await context.Db().Database.BeginTransactionAsync();
            await context.Users().CreateAsync(samir);
            await next.CommitAsync();
        }),
        Saved("a savepoint rolled back, then a commit", _signedUp, ["Signed Up rolled-back"], async (context, peter, samir) =>
        {
            await using var transaction = await context.Db().Database.BeginTransactionAsync();
            await context.Users().CreateAsync(peter);
            await transaction.CreateSavepointAsync("half");
            await context.Users().CreateAsync(samir);
            await transaction.RollbackToSavepointAsync("half");
            await transaction.CommitAsync();
        }) with { IsVerifiedBeforeCommit = true },
        Saved("a save that fails inside a transaction, then a commit", _signedUp, [], async (context, peter, samir) =>
        {
            await using var transaction = await context.Db().Database.BeginTransactionAsync();
            await context.Users().CreateAsync(peter);
            context.Db().Users.Add(new IdentityUser { Id = samir.Id, UserName = peter.UserName, NormalizedUserName = peter.NormalizedUserName });
            await Assert.ThrowsAsync<DbUpdateException>(() => context.Db().SaveChangesAsync());
            await transaction.CommitAsync();
        }) with { IsVerifiedBeforeCommit = true },
        Saved("a transaction that two contexts share", [.. _signedUp, "identify samir", "Signed Up samir"], [], async (context, peter, samir) =>
        {
            await using var scope = context.RequestServices.CreateAsyncScope();
            var (owner, guest) = (context.Db(), scope.ServiceProvider.GetRequiredService<AppDb>());
            await using var transaction = await owner.Database.BeginTransactionAsync();
            guest.Database.SetDbConnection(owner.Database.GetDbConnection());
            await guest.Database.UseTransactionAsync(transaction.GetDbTransaction());
            guest.Users.Add(peter);
            await guest.SaveChangesAsync();
            owner.Users.Add(samir);
            await owner.SaveChangesAsync();
            await transaction.CommitAsync();
        }),
        Saved("a transaction that is committed behind EF Core's back, of which an outbox in memory hears nothing", [], ["Signed Up unconfirmed"], async (context, peter, _) =>
        {
            await context.Db().Database.OpenConnectionAsync();
            await using var transaction = await context.Db().Database.GetDbConnection().BeginTransactionAsync();
            await context.Db().Database.UseTransactionAsync(transaction);
            await context.Users().CreateAsync(peter);
            await transaction.CommitAsync();
        }),
        Saved("a transaction that an execution strategy replays", _signedUp, ["Signed Up unconfirmed"], async (context, peter, _) =>
        {
            var attempts = 0;
            context.Db().Users.Add(peter);
            await new RetryAtOnce(context.Db()).ExecuteAsync(async () =>
            {
                await using var transaction = await context.Db().Database.BeginTransactionAsync();
                await context.Db().SaveChangesAsync(acceptAllChangesOnSuccess: false);
                if (++attempts == 1)
                {
                    throw new TimeoutException();
                }

                await transaction.CommitAsync();
            });
            context.Db().ChangeTracker.AcceptAllChanges();
        }),
    ];

    private static Flow Saved(string name, string[] messages, string[] reasons, Func<HttpContext, IdentityUser, IdentityUser, Task> work) => new(name)
    {
        Steps = visit => visit.ServeAsync(context => work(context, Work.NewUser(visit.IdOf("peter")), Work.NewUser(visit.IdOf("samir")))),
        Calls = [],
        Messages = messages,
        Reasons = reasons,
    };

    private sealed class RetryAtOnce(DbContext context) : ExecutionStrategy(context, maxRetryCount: 2, maxRetryDelay: TimeSpan.Zero)
    {
        protected override bool ShouldRetryOn(Exception exception) => exception is TimeoutException;
    }
}
