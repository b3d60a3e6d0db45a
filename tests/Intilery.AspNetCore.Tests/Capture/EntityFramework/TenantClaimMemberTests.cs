using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using static Intilery.AspNetCore.Tests.Capture.EntityFramework.StoredClaims;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>Who joins by a stored tenant claim: new users, in which role, and whose browser is in the event.</summary>
public sealed class TenantClaimMemberTests
{
    [Fact]
    public async Task A_user_who_joins_while_signing_up_is_added_after_the_sign_up()
    {
        await using var app = await StartAsync([], async (context, _) =>
        {
            var samir = Work.NewUser("samir");
            await context.Users().CreateAsync(samir);
            await context.Users().AddClaimAsync(samir, A);
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
                await context.Users().AddClaimAsync(peter, A);
                var samir = Work.NewUser("samir");
                await context.Users().CreateAsync(samir);
                await context.Users().AddClaimAsync(samir, A);
                await context.Users().AddClaimAsync(samir, new Claim("tenant_role", "Clerk"));
                var milton = Work.NewUser("milton");
                await context.Users().CreateAsync(milton);
                await context.Users().AddClaimsAsync(milton, [B, new Claim("tenant_role", "Squirrel"), new Claim("tenant_role", "Arsonist")]);
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
                await context.Users().AddClaimAsync(peter, A);
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
                await context.Users().AddClaimAsync((await context.Users().FindByEmailAsync("samir@example.com"))!, A)),
        });
        await app.CreateUserAsync();
        var samir = await app.CreateUserAsync("samir@example.com");
        using var browser = await app.OpenSignedInAsync();

        using var response = await browser.PostAsync("/invite");

        var recorded = await app.RecordedAsync();
        Assert.Equal([$"identify {samir} a", $"Account Added User {samir} a"], recorded.Select(call => call.ToString()));
        Assert.All(recorded, call => Assert.Null(call.Call["context"]!["page"]));
        Assert.All(recorded, call => Assert.Null(call.AnonymousId));
    }
}
