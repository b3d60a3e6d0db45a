using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using static Intilery.AspNetCore.Tests.Capture.EntityFramework.StoredClaims;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>Memberships of stored tenant claims end with their user, and never began in what was rolled back.</summary>
public sealed class TenantClaimEndTests
{
    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    [InlineData(true, true, true)]
    public async Task A_deleted_user_is_removed_from_every_account(bool tracksClaims, bool inTransaction, bool isSynchronous)
    {
        await using var app = await StartAsync([A, B, B, new Claim("theme", "dark")], async (context, peter) =>
        {
            var db = context.Db();
            await using var transaction = inTransaction ? await db.Database.BeginTransactionAsync() : null;
            if (tracksClaims)
            {
                await db.UserClaims.LoadAsync();
            }

            db.Users.Remove(peter);
            _ = isSynchronous ? db.SaveChanges() : await db.SaveChangesAsync();
            await (transaction?.CommitAsync() ?? Task.CompletedTask);
        });

        await Work.DoAsync(app);

        Assert.Equal(["Account Removed User peter a", "Account Removed User peter b"], await app.LinesAsync());
        Assert.DoesNotContain(app.Log.Ours, line => line.Exception is not null);
    }

    [Fact]
    public Task A_user_who_is_deleted_by_the_user_manager_is_removed() => AssertAsync(
        [A], (users, peter) => users.DeleteAsync(peter), "Account Removed User peter a");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_rolled_back_changed_no_membership(bool toSavepoint)
    {
        await using var app = await StartAsync([A], async (context, peter) =>
        {
            await using var transaction = await context.Db().Database.BeginTransactionAsync();
            await transaction.CreateSavepointAsync("start");
            await context.Users().AddClaimAsync(peter, B);
            await context.Users().RemoveClaimAsync(peter, A);
            await (toSavepoint ? transaction.RollbackToSavepointAsync("start") : transaction.RollbackAsync());
            if (toSavepoint)
            {
                await transaction.CommitAsync();
            }
        });

        await Work.DoAsync(app);

        Assert.Empty(await app.LinesAsync());
        Assert.Equal(["Account Added User rolled-back", "Account Removed User rolled-back"], app.Reasons().Where(reason => reason.StartsWith("Account ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_membership_that_began_and_ended_beside_a_savepoint_is_nothing()
    {
        await using var app = await StartAsync([], (context, peter) => BesideASavepointAsync(context, peter, async users =>
        {
            await users.AddClaimAsync(peter, A);
            await users.RemoveClaimAsync(peter, A);
        }));

        await Work.DoAsync(app);

        Assert.Empty(await app.LinesAsync());
    }

    [Fact]
    public async Task What_a_savepoint_left_did_change_the_membership()
    {
        await using var app = await StartAsync([A], (context, peter) =>
            BesideASavepointAsync(context, peter, users => users.RemoveClaimAsync(peter, A)));

        await Work.DoAsync(app);

        Assert.Equal(["Account Removed User peter a"], await app.LinesAsync());
    }

    // What is done within the savepoint is undone with it.
    private static async Task BesideASavepointAsync(HttpContext context, IdentityUser peter, Func<UserManager<IdentityUser>, Task> work)
    {
        await using var transaction = await context.Db().Database.BeginTransactionAsync();
        await work(context.Users());
        await transaction.CreateSavepointAsync("half");
        await context.Users().AddClaimAsync(peter, B);
        await transaction.RollbackToSavepointAsync("half");
        await transaction.CommitAsync();
    }
}
