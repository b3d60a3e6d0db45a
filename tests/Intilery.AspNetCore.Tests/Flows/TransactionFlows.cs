using System.Security.Claims;
using Intilery.AspNetCore.Events;
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
        Saved("a unit of work that commits after its response has begun", [.. _signedUp, "Signed In peter"], [], async (context, peter, _) =>
        {
            await using var transaction = await context.Db().Database.BeginTransactionAsync();
            await context.Users().CreateAsync(peter);
            await context.SignIns().SignInAsync(peter, isPersistent: false);
            await context.Response.StartAsync();
            await transaction.CommitAsync();
        }) with { Calls = ["in App"] },
        Saved("a unit of work that rolls back after its response has begun", [], ["Signed Up rolled-back", "in rolled-back"], async (context, peter, _) =>
        {
            await using var transaction = await context.Db().Database.BeginTransactionAsync();
            await context.Users().CreateAsync(peter);
            await context.SignIns().SignInAsync(peter, isPersistent: false);
            await context.Response.StartAsync();
            await transaction.RollbackAsync();
        }) with { Calls = ["in App"] },
        Saved("a unit of work that is disposed before its response begins", [], ["Signed Up unconfirmed", "in rolled-back"], async (context, peter, _) =>
        {
            await using (await context.Db().Database.BeginTransactionAsync())
            {
                await context.Users().CreateAsync(peter);
                await context.SignIns().SignInAsync(peter, isPersistent: false);
            }
        }) with { Calls = ["in App"] },
        Saved(
            "a unit of work whose member the application tracks too, and that commits after its response has begun",
            [.. _signedUp.Select(message => message + " acct_2"), "Account Added User peter acct_2"],
            ["Account Added User duplicate"],
            async (context, peter, _) =>
            {
                await using var transaction = await context.Db().Database.BeginTransactionAsync();
                await context.Users().CreateAsync(peter);
                await context.Users().AddClaimAsync(peter, new Claim("tenant_id", "acct_2"));
                if (context.RequestServices.GetService<ILifecycleTracker>() is { } lifecycle)
                {
                    await lifecycle.TrackAsync(new AccountAddedUser { UserId = peter.Id, GroupId = "acct_2" });
                }

                await context.Response.StartAsync();
                await transaction.CommitAsync();
            }),
        Saved("two transactions of one unit of work that commit after its response has begun", [.. _signedUp, "identify samir", "Signed Up samir"], [], async (context, peter, samir) =>
        {
            await using var scope = context.RequestServices.CreateAsyncScope();
            var (one, other) = (context.Db(), scope.ServiceProvider.GetRequiredService<AppDb>());
            await using var transaction = await one.Database.BeginTransactionAsync();
            one.Users.Add(peter);
            await one.SaveChangesAsync();
            await context.Response.StartAsync();
            await transaction.CommitAsync();
            await using var next = await other.Database.BeginTransactionAsync();
            other.Users.Add(samir);
            await other.SaveChangesAsync();
            await next.CommitAsync();
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
