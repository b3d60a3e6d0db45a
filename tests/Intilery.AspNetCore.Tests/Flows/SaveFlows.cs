using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>Users that are made and changed by one save.</summary>
internal static class SaveFlows
{
    private static readonly string[] _signedUp = ["identify peter", "Signed Up peter"];

    public static IEnumerable<Flow> Rows =>
    [
        Saved("UserManager.CreateAsync", (context, peter) => context.Users().CreateAsync(Work.NewUser(peter)), _signedUp),
        Saved("UserManager.CreateAsync with a password", (context, peter) => context.Users().CreateAsync(Work.NewUser(peter), Visit.Password), _signedUp),
        Saved(
            "a user added to the context by hand",
            async (context, peter) =>
            {
                context.Db().Users.Add(Work.NewUser(peter));
                Assert.Equal(1, await context.Db().SaveChangesAsync());
            },
            _signedUp),
        Saved(
            "a synchronous save",
            (context, peter) =>
            {
                context.Db().Users.Add(Work.NewUser(peter));
                Assert.Equal(1, context.Db().SaveChanges());
                return Task.CompletedTask;
            },
            _signedUp),
        Saved(
            "two users in one save",
            async (context, peter) =>
            {
                context.Db().Users.AddRange(Work.NewUser(peter), Work.NewUser(peter.Replace("peter", "samir", StringComparison.Ordinal)));
                Assert.Equal(2, await context.Db().SaveChangesAsync());
            },
            [.. _signedUp, "identify samir", "Signed Up samir"]),
        Saved(
            "a save that does not accept its changes",
            async (context, peter) =>
            {
                context.Db().Users.Add(Work.NewUser(peter));
                await context.Db().SaveChangesAsync(acceptAllChangesOnSuccess: false);
                context.Db().ChangeTracker.AcceptAllChanges();
                await context.Db().SaveChangesAsync();
            },
            _signedUp),
        Saved(
            "a save that violates a constraint, and the next",
            async (context, peter) =>
            {
                context.Db().Users.Add(Work.NewUser(peter));
                await context.Db().SaveChangesAsync();
                var twin = context.Db().Users.Add(new IdentityUser { Id = "twin", UserName = peter, NormalizedUserName = peter.ToUpperInvariant() });
                await Assert.ThrowsAsync<DbUpdateException>(() => context.Db().SaveChangesAsync());
                twin.State = EntityState.Detached;
                context.Db().Users.Add(Work.NewUser(peter.Replace("peter", "samir", StringComparison.Ordinal)));
                await context.Db().SaveChangesAsync();
            },
            [.. _signedUp, "identify samir", "Signed Up samir"]),
        Saved(
            "an e-mail address that was set",
            async (context, peter) => await context.Users().SetEmailAsync(await context.UserAsync(peter), $"new-{peter}@example.com"),
            ["identify peter by row"]) with { Given = visit => visit.CreateUsersAsync("peter") },
        Saved(
            "what Identity changes besides the profile",
            async (context, peter) =>
            {
                var user = await context.UserAsync(peter);
                await context.Users().AccessFailedAsync(user);
                await context.Users().SetLockoutEndDateAsync(user, DateTimeOffset.MaxValue);
                await context.Users().UpdateSecurityStampAsync(user);
                await context.Users().AddClaimAsync(user, new Claim("theme", "dark"));
                await context.Users().RemoveClaimAsync(user, new Claim("theme", "light"));
                await context.Users().AddLoginAsync(user, new UserLoginInfo("Fake", peter, "Fake"));
                await context.Users().UpdateAsync(user);
            },
            []) with { Given = visit => visit.CreateUsersAsync("peter") },
        Saved(
            "a user that the user manager refuses",
            async (context, peter) => Assert.False((await context.Users().CreateAsync(Work.NewUser($"{peter}@example.com"))).Succeeded),
            []) with { Given = visit => visit.CreateUsersAsync("peter") },
        Saved(
            "a conflict of two writers, and the next save",
            async (context, peter) =>
            {
                var user = await context.UserAsync(peter);
                await context.Db().Users.Where(it => it.Id == peter).ExecuteUpdateAsync(set => set.SetProperty(it => it.ConcurrencyStamp, "somebody else's"));
                user.PhoneNumber = "410-555-0000";
                await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => context.Db().SaveChangesAsync());
                context.Db().ChangeTracker.Clear();
                context.Db().Roles.Add(new IdentityRole($"Owner of {peter}"));
                await context.Db().SaveChangesAsync();
            },
            []) with { Given = visit => visit.CreateUsersAsync("peter"), Reasons = ["AspNetUsers bulk-change"] },
        Saved(
            "ExecuteUpdate and ExecuteDelete, which are counted alone",
            async (context, peter) =>
            {
                await context.Db().Users.Where(it => it.Id == peter).ExecuteUpdateAsync(set => set.SetProperty(it => it.Email, "new@example.com"));
                await context.Db().Users.Where(it => it.Id == peter).ExecuteDeleteAsync();
            },
            []) with { Given = visit => visit.CreateUsersAsync("peter"), Reasons = ["AspNetUsers bulk-change", "AspNetUsers bulk-change"] },
        Saved(
            "a user deleted",
            async (context, peter) => await context.Users().DeleteAsync(await context.UserAsync(peter)),
            []) with { Given = visit => visit.CreateUsersAsync("peter") },
        Member("a tenant's claim added", ["Account Added User peter acct_2"], (users, peter) => users.AddClaimAsync(peter, Tenant("acct_2"))),
        Member("a tenant's claim added that is there", [], (users, peter) => users.AddClaimAsync(peter, Tenant("acct_1"))),
        Member(
            "a tenant's claim replaced",
            ["Account Added User peter acct_2", "Account Removed User peter acct_1"],
            (users, peter) => users.ReplaceClaimAsync(peter, Tenant("acct_1"), Tenant("acct_2"))),
        Member("a tenant's claim replaced that is not there", [], (users, peter) => users.ReplaceClaimAsync(peter, Tenant("acct_3"), Tenant("acct_2"))),
        Member("a tenant's claim removed", ["Account Removed User peter acct_1"], (users, peter) => users.RemoveClaimAsync(peter, Tenant("acct_1"))),
        Member("a tenant's claim removed that is not there", [], (users, peter) => users.RemoveClaimAsync(peter, Tenant("acct_3"))),
        Member("a member deleted, the claims not tracked", ["Account Removed User peter acct_1"], (users, peter) => users.DeleteAsync(peter)),
        Member("a member deleted, the claims tracked", ["Account Removed User peter acct_1"], async (users, peter) =>
        {
            // A replacement of nothing loads the claims.
            await users.ReplaceClaimAsync(peter, Tenant("acct_1"), Tenant("acct_1"));
            await users.DeleteAsync(peter);
        }),
        new("a user made outside of any request")
        {
            Steps = visit => visit.CreateUsersAsync("peter"),
            Calls = [],
            Messages = [],
            Reasons = ["Signed Up outside-scope"],
        },
    ];

    private static Claim Tenant(string id) => new("tenant_id", id);

    // Peter, who is a member of one account, is changed.
    private static Flow Member(string name, string[] messages, Func<UserManager<IdentityUser>, IdentityUser, Task> change) => new(name)
    {
        Given = async visit =>
        {
            await visit.CreateUsersAsync("peter");
            await visit.ChangeAsync("peter", (users, peter) => users.AddClaimAsync(peter, Tenant("acct_1")));
        },
        Steps = visit => visit.ChangeAsync("peter", change),
        Calls = [],
        Messages = messages,
        Reasons = [],
    };

    private static Flow Saved(string name, Func<HttpContext, string, Task> work, string[] messages) => new(name)
    {
        Steps = visit => visit.ServeAsync(context => work(context, visit.IdOf("peter"))),
        Calls = [],
        Messages = messages,
        Reasons = [],
    };
}
