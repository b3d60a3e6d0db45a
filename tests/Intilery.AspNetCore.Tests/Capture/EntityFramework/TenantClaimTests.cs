using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using static Intilery.AspNetCore.Tests.Capture.EntityFramework.StoredClaims;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>Stored tenant claims are a set: what counts is which accounts a user is in, not how many rows say so.</summary>
public sealed class TenantClaimTests
{
    [Fact]
    public Task A_tenant_claim_adds_the_user_to_the_account() => AssertAsync(
        [], (users, peter) => users.AddClaimAsync(peter, A), "identify peter a", "Account Added User peter a");

    [Fact]
    public Task The_same_claim_twice_adds_once() => AssertAsync(
        [],
        async (users, peter) =>
        {
            await users.AddClaimAsync(peter, A);
            await users.AddClaimAsync(peter, A);
        },
        "identify peter a",
        "Account Added User peter a");

    [Fact]
    public Task A_claim_that_is_there_already_adds_nobody() => AssertAsync([A], (users, peter) => users.AddClaimAsync(peter, A));

    [Fact]
    public Task The_same_account_under_another_claim_type_is_the_same_account() => AssertAsync(
        [A], (users, peter) => users.AddClaimAsync(peter, new Claim("org_id", "a")));

    [Fact]
    public Task Several_claims_in_one_save_add_to_several_accounts() => AssertAsync(
        [], (users, peter) => users.AddClaimsAsync(peter, [A, B]), "identify peter a", "Account Added User peter a", "Account Added User peter b");

    [Fact]
    public Task A_replaced_claim_moves_the_user() => AssertAsync(
        [A], (users, peter) => users.ReplaceClaimAsync(peter, A, B), "Account Added User peter b", "Account Removed User peter a");

    [Fact]
    public Task A_replaced_claim_of_two_rows_moves_the_user_once() => AssertAsync(
        [A, A], (users, peter) => users.ReplaceClaimAsync(peter, A, B), "Account Added User peter b", "Account Removed User peter a");

    [Fact]
    public Task A_claim_that_becomes_a_tenants_adds_the_user() => AssertAsync(
        [new Claim("theme", "dark")], (users, peter) => users.ReplaceClaimAsync(peter, new Claim("theme", "dark"), A), "identify peter a", "Account Added User peter a");

    [Fact]
    public Task A_removed_claim_removes_the_user() => AssertAsync(
        [A, B], (users, peter) => users.RemoveClaimAsync(peter, A), "Account Removed User peter a");

    [Fact]
    public Task A_removed_claim_of_two_rows_removes_the_user_once() => AssertAsync(
        [A, A], (users, peter) => users.RemoveClaimAsync(peter, A), "Account Removed User peter a");

    [Fact]
    public Task Replacing_and_removing_what_is_not_there_is_nothing() => AssertAsync(
        [A],
        async (users, peter) =>
        {
            await users.ReplaceClaimAsync(peter, B, new Claim("tenant_id", "c"));
            await users.RemoveClaimAsync(peter, B);
        });

    [Fact]
    public async Task Rows_of_one_account_that_are_deleted_one_by_one_remove_the_user_with_the_last()
    {
        await using var app = await StartAsync([A, A], async (context, _) =>
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
            await context.Users().AddClaimAsync(peter, A);
            await context.Users().RemoveClaimAsync(peter, A);
        });

        await Work.DoAsync(app);

        Assert.Empty(await app.LinesAsync());
        Assert.Equal(["Account Added User coalesced", "Account Removed User coalesced"], app.Reasons().Where(reason => reason.StartsWith("Account ", StringComparison.Ordinal)));
    }

    [Fact]
    public Task Out_and_in_again_in_one_request_is_nothing() => AssertAsync(
        [A],
        async (users, peter) =>
        {
            await users.RemoveClaimAsync(peter, A);
            await users.AddClaimAsync(peter, A);
        });

    [Fact]
    public Task Claims_of_other_kinds_do_not_matter_however_many() => AssertAsync(
        [A, .. Enumerable.Range(0, 11_000).Select(i => new Claim("theme", $"{i}"))],
        (users, peter) => users.AddClaimAsync(peter, A));

    [Fact]
    public Task A_claim_that_is_no_tenants_is_nothing() => AssertAsync([], (users, peter) => users.AddClaimsAsync(peter, [new Claim("theme", "dark"), new Claim("tenant_id", " ")]));
}
