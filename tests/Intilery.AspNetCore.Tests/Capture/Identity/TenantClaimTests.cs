using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Identity;

/// <summary>Stored tenant claims are a set: what counts is which accounts a user is in, not how many rows say so.</summary>
public sealed class TenantClaimTests
{
    private static readonly Claim _a = new("tenant_id", "a");
    private static readonly Claim _b = new("tenant_id", "b");

    [Fact]
    public Task A_tenant_claim_adds_the_user_to_the_account() => AssertAsync(
        [], (users, peter) => users.AddClaimAsync(peter, _a), "Account Added User peter a");

    [Fact]
    public Task The_same_claim_twice_adds_once() => AssertAsync(
        [],
        async (users, peter) =>
        {
            await users.AddClaimAsync(peter, _a);
            await users.AddClaimAsync(peter, _a);
        },
        "Account Added User peter a");

    [Fact]
    public Task A_claim_that_is_there_already_adds_nobody() => AssertAsync([_a], (users, peter) => users.AddClaimAsync(peter, _a));

    [Fact]
    public Task The_same_account_under_another_claim_type_is_the_same_account() => AssertAsync(
        [_a], (users, peter) => users.AddClaimAsync(peter, new Claim("org_id", "a")));

    [Fact]
    public Task Several_claims_in_one_save_add_to_several_accounts() => AssertAsync(
        [], (users, peter) => users.AddClaimsAsync(peter, [_a, _b]), "Account Added User peter a", "Account Added User peter b");

    [Fact]
    public Task A_replaced_claim_moves_the_user() => AssertAsync(
        [_a], (users, peter) => users.ReplaceClaimAsync(peter, _a, _b), "Account Added User peter b", "Account Removed User peter a");

    [Fact]
    public Task A_replaced_claim_of_two_rows_moves_the_user_once() => AssertAsync(
        [_a, _a], (users, peter) => users.ReplaceClaimAsync(peter, _a, _b), "Account Added User peter b", "Account Removed User peter a");

    [Fact]
    public Task A_claim_that_becomes_a_tenants_adds_the_user() => AssertAsync(
        [new Claim("theme", "dark")], (users, peter) => users.ReplaceClaimAsync(peter, new Claim("theme", "dark"), _a), "Account Added User peter a");

    [Fact]
    public Task A_removed_claim_removes_the_user() => AssertAsync(
        [_a, _b], (users, peter) => users.RemoveClaimAsync(peter, _a), "Account Removed User peter a");

    [Fact]
    public Task A_removed_claim_of_two_rows_removes_the_user_once() => AssertAsync(
        [_a, _a], (users, peter) => users.RemoveClaimAsync(peter, _a), "Account Removed User peter a");

    [Fact]
    public Task Replacing_and_removing_what_is_not_there_is_nothing() => AssertAsync(
        [_a],
        async (users, peter) =>
        {
            await users.ReplaceClaimAsync(peter, _b, new Claim("tenant_id", "c"));
            await users.RemoveClaimAsync(peter, _b);
        });

    [Fact]
    public async Task Rows_of_one_account_that_are_deleted_one_by_one_remove_the_user_with_the_last()
    {
        await using var app = await StartAsync([_a, _a], async (context, _) =>
        {
            context.Db().UserClaims.Remove(await context.Db().UserClaims.OrderBy(claim => claim.Id).FirstAsync());
            await context.Db().SaveChangesAsync();
        });

        Assert.Empty(await app.LinesOfAsync(() => Work.DoAsync(app)));
        Assert.Equal(["Account Removed User peter a"], await app.LinesOfAsync(() => Work.DoAsync(app)));
    }

    [Fact]
    public async Task In_and_out_again_in_one_request_is_nothing()
    {
        await using var app = await StartAsync([], async (context, peter) =>
        {
            await context.Users().AddClaimAsync(peter, _a);
            await context.Users().RemoveClaimAsync(peter, _a);
        });

        await Work.DoAsync(app);

        Assert.Empty(await app.LinesAsync());
        Assert.Equal(["Account Added User coalesced", "Account Removed User coalesced"], app.Reasons().Where(reason => reason.StartsWith("Account ", StringComparison.Ordinal)));
    }

    [Fact]
    public Task Out_and_in_again_in_one_request_is_nothing() => AssertAsync(
        [_a],
        async (users, peter) =>
        {
            await users.RemoveClaimAsync(peter, _a);
            await users.AddClaimAsync(peter, _a);
        });

    [Fact]
    public Task Claims_of_other_kinds_do_not_matter_however_many() => AssertAsync(
        [_a, .. Enumerable.Range(0, 11_000).Select(i => new Claim("theme", $"{i}"))],
        (users, peter) => users.AddClaimAsync(peter, _a));

    [Fact]
    public Task A_claim_that_is_no_tenants_is_nothing() => AssertAsync([], (users, peter) => users.AddClaimsAsync(peter, [new Claim("theme", "dark"), new Claim("tenant_id", " ")]));

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    [InlineData(true, true, true)]
    public async Task A_deleted_user_is_removed_from_every_account(bool tracksClaims, bool inTransaction, bool isSynchronous)
    {
        await using var app = await StartAsync([_a, _b, _b, new Claim("theme", "dark")], async (context, peter) =>
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
        [_a], (users, peter) => users.DeleteAsync(peter), "Account Removed User peter a");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_rolled_back_changed_no_membership(bool toSavepoint)
    {
        await using var app = await StartAsync([_a], async (context, peter) =>
        {
            await using var transaction = await context.Db().Database.BeginTransactionAsync();
            await transaction.CreateSavepointAsync("start");
            await context.Users().AddClaimAsync(peter, _b);
            await context.Users().RemoveClaimAsync(peter, _a);
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
        await using var app = await StartAsync([], async (context, peter) =>
        {
            await using var transaction = await context.Db().Database.BeginTransactionAsync();
            await context.Users().AddClaimAsync(peter, _a);
            await context.Users().RemoveClaimAsync(peter, _a);
            await transaction.CreateSavepointAsync("half");
            await context.Users().AddClaimAsync(peter, _b);
            await transaction.RollbackToSavepointAsync("half");
            await transaction.CommitAsync();
        });

        await Work.DoAsync(app);

        Assert.Empty(await app.LinesAsync());
    }

    [Fact]
    public async Task What_a_savepoint_left_did_change_the_membership()
    {
        await using var app = await StartAsync([_a], async (context, peter) =>
        {
            await using var transaction = await context.Db().Database.BeginTransactionAsync();
            await context.Users().RemoveClaimAsync(peter, _a);
            await transaction.CreateSavepointAsync("half");
            await context.Users().AddClaimAsync(peter, _b);
            await transaction.RollbackToSavepointAsync("half");
            await transaction.CommitAsync();
        });

        await Work.DoAsync(app);

        Assert.Equal(["Account Removed User peter a"], await app.LinesAsync());
    }

    [Fact]
    public async Task A_user_who_joins_while_signing_up_is_added_after_the_sign_up()
    {
        await using var app = await StartAsync([], async (context, _) =>
        {
            var samir = Work.NewUser("samir");
            await context.Users().CreateAsync(samir);
            await context.Users().AddClaimAsync(samir, _a);
        });

        await Work.DoAsync(app);

        Assert.Equal(["identify samir a", "Signed Up samir a", "Account Added User samir a"], await app.LinesAsync());
    }

    [Fact]
    public async Task A_user_with_claims_in_one_save_is_added_too()
    {
        await using var app = await StartAsync([], async (context, _) =>
        {
            context.Db().Users.Add(Work.NewUser("samir"));
            context.Db().UserClaims.Add(new IdentityUserClaim<string> { UserId = "samir", ClaimType = "tenant_id", ClaimValue = "a" });
            await context.Db().SaveChangesAsync();
        });

        await Work.DoAsync(app);

        Assert.Equal(["identify samir a", "Signed Up samir a", "Account Added User samir a"], await app.LinesAsync());
    }

    [Fact]
    public async Task A_role_claim_is_the_role_whether_it_is_stored_before_with_or_after_the_membership()
    {
        await using var app = await StartAsync(
            [new Claim("tenant_role", "Owner")],
            async (context, peter) =>
            {
                await context.Users().AddClaimAsync(peter, _a);
                var samir = Work.NewUser("samir");
                await context.Users().CreateAsync(samir);
                await context.Users().AddClaimAsync(samir, _a);
                await context.Users().AddClaimAsync(samir, new Claim("tenant_role", "Clerk"));
                var milton = Work.NewUser("milton");
                await context.Users().CreateAsync(milton);
                await context.Users().AddClaimsAsync(milton, [_b, new Claim("tenant_role", "Squirrel"), new Claim("tenant_role", "Arsonist")]);
            },
            new() { ["Intilery:Tenant:RoleClaimType"] = "tenant_role" });

        await Work.DoAsync(app);

        Assert.Equal(
            ["peter a Owner", "samir a Clerk", "milton b"],
            (await app.RecordedAsync()).Where(call => call.Event == "Account Added User")
                .Select(call => $"{call.UserId} {call.GroupId} {call.Call["properties"]!["role"]}".TrimEnd()));
    }

    [Fact]
    public async Task The_role_that_the_signed_in_principal_names_is_the_role_in_its_account()
    {
        await using var app = await StartAsync(
            [],
            async (context, peter) =>
            {
                await context.Users().AddClaimAsync(peter, _a);
                await context.RequestServices.GetRequiredService<SignInManager<IdentityUser>>()
                    .SignInWithClaimsAsync(peter, null, [new Claim("tenant_role", "Owner"), new Claim("amr", "pwd")]);
            },
            new() { ["Intilery:Tenant:RoleClaimType"] = "tenant_role" });

        await Work.DoAsync(app);

        var added = Assert.Single(await app.RecordedAsync(), call => call.Event == "Account Added User");
        Payload.Equal(
            """
            {
              "userId": "peter",
              "type": "track",
              "event": "Account Added User",
              "properties": { "role": "Owner" },
              "context": {
                "groupId": "a",
                "page": { "path": "/work" },
                "library": { "name": "Intilery.AspNetCore", "version": "*" },
                "app": { "name": "Intilery.AspNetCore.Tests", "version": "*" }
              },
              "messageId": "*",
              "timestamp": "*"
            }
            """,
            added);
    }

    [Fact]
    public async Task A_member_who_is_added_by_somebody_else_has_no_browser_in_the_event()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Endpoints = routes => Microsoft.AspNetCore.Builder.EndpointRouteBuilderExtensions.MapPost(routes, "/invite", async (HttpContext context) =>
                await context.Users().AddClaimAsync((await context.Users().FindByEmailAsync("samir@example.com"))!, _a)),
        });
        await app.CreateUserAsync();
        var samir = await app.CreateUserAsync("samir@example.com");
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        await app.ForgetAsync();

        using var response = await browser.PostAsync("/invite");

        var added = Assert.Single(await app.RecordedAsync());
        Assert.Equal($"Account Added User {samir} a", added.ToString());
        Assert.Null(added.Call["context"]!["page"]);
        Assert.Null(added.AnonymousId);
    }

    private static Task AssertAsync(Claim[] stored, Func<UserManager<IdentityUser>, IdentityUser, Task> work, params string[] lines) =>
        AssertAsync(stored, (context, peter) => work(context.Users(), peter), lines);

    private static async Task AssertAsync(Claim[] stored, Func<HttpContext, IdentityUser, Task> work, string[] lines)
    {
        await using var app = await StartAsync(stored, work);

        await Work.DoAsync(app);

        Assert.Equal(lines, await app.LinesAsync());
        Assert.DoesNotContain(app.Log.Ours, line => line.Exception is not null);
    }

    // Peter is there, with his claims; what made him is forgotten.
    private static async Task<IdentityApp> StartAsync(Claim[] stored, Func<HttpContext, IdentityUser, Task> work, Dictionary<string, string?>? settings = null)
    {
        var app = await Work.StartAsync(
            async context => await work(context, (await context.Users().FindByIdAsync("peter"))!), new IdentityAppSetup { Settings = settings ?? [] });
        await app.WithScopeAsync(async services =>
        {
            var db = services.GetRequiredService<AppDb>();
            db.Users.Add(Work.NewUser("peter"));
            db.UserClaims.AddRange(stored.Select(claim => new IdentityUserClaim<string> { UserId = "peter", ClaimType = claim.Type, ClaimValue = claim.Value }));
            return await db.SaveChangesAsync();
        });
        await app.WrittenAsync();
        await app.ForgetAsync();
        return app;
    }
}
