using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>A user who names the account is in it: by a plainly named property, or by the one that is mapped.</summary>
public sealed class UserPropertyMembershipTests
{
    [Fact]
    public async Task An_account_that_is_set_changed_and_cleared_is_joined_and_left()
    {
        await using var app = await TeamsApp.StartAsync();
        await app.GivenAsync(new TeamUser { Id = "peter" });

        Assert.Equal(["identify peter 7", "Account Added User peter 7"], await SetAsync(app, 7));
        Assert.Equal(["Account Added User peter 8", "Account Removed User peter 7"], await SetAsync(app, 8));
        Assert.Empty(await SetAsync(app, 8));
        Assert.Equal(["Account Removed User peter 8"], await SetAsync(app, null));
    }

    [Fact]
    public async Task A_number_left_at_its_default_is_no_account()
    {
        await using var app = await TeamsApp.StartAsync();

        Assert.Equal(
            ["identify peter", "Signed Up peter"],
            await app.InRequestAsync(async db =>
            {
                db.Users.Add(new TeamUser { Id = "peter", UserName = "peter", OrganizationId = 0 });
                await db.SaveChangesAsync();
            }));
    }

    [Fact]
    public async Task A_user_who_is_made_with_an_account_signs_up_into_it()
    {
        await using var app = await TeamsApp.StartAsync();

        Assert.Equal(
            ["identify peter 7", "Signed Up peter 7", "Account Added User peter 7"],
            await app.InRequestAsync(async db =>
            {
                db.Users.Add(new TeamUser { Id = "peter", UserName = "peter", OrganizationId = 7 });
                await db.SaveChangesAsync();
            }));
    }

    [Fact]
    public async Task A_property_and_a_claim_that_agree_are_one_membership()
    {
        await using var app = await TeamsApp.StartAsync();
        await app.GivenAsync(new TeamUser { Id = "peter", OrganizationId = 7 });

        Assert.Empty(await app.InRequestAsync(async db =>
        {
            db.UserClaims.Add(new IdentityUserClaim<string> { UserId = "peter", ClaimType = "tenant_id", ClaimValue = "7" });
            await db.SaveChangesAsync();
        }));
        Assert.Empty(await SetAsync(app, null));
    }

    [Fact]
    public async Task Another_property_that_is_mapped_takes_the_place_of_the_named_one()
    {
        await using var app = await TeamsApp.StartAsync(builder => builder.MapUsers<TeamUser>(tenant: user => user.Job));
        await app.GivenAsync(new TeamUser { Id = "peter", UserName = "peter" });

        Assert.Equal(
            ["identify peter initech", "Account Added User peter initech"],
            await app.InRequestAsync(async db =>
            {
                var peter = await db.Users.SingleAsync();
                (peter.Job, peter.OrganizationId) = ("initech", 7);
                await db.SaveChangesAsync();
            }));
    }

    [Fact]
    public async Task A_deleted_user_leaves_the_account_and_one_that_the_applications_interceptor_keeps_does_not()
    {
        await using var app = await TeamsApp.StartAsync();
        await app.GivenAsync(new TeamUser { Id = "peter", OrganizationId = 7 });
        Assert.Equal(["Account Removed User peter 7"], await DeleteAsync(app));

        await using var kept = await TeamsApp.StartAsync(database: options => options.AddInterceptors(new SeatsAreKept()));
        await kept.GivenAsync(new TeamUser { Id = "peter", OrganizationId = 7 });
        Assert.Empty(await DeleteAsync(kept));
    }

    [Fact]
    public async Task A_user_who_is_marked_as_deleted_leaves_and_one_who_is_brought_back_joins()
    {
        await using var app = await TeamsApp.StartAsync(
            builder => builder.MapUsers<TeamUser>(isDeleted: user => user.IsArchived), database: options => options.AddInterceptors(new SeatsAreKept()));
        await app.GivenAsync(
            new TeamUser { Id = "peter", OrganizationId = 7 },
            new IdentityUserClaim<string> { UserId = "peter", ClaimType = "tenant_id", ClaimValue = "8" });

        Assert.Equal(["Account Removed User peter 7", "Account Removed User peter 8"], (await DeleteAsync(app)).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["Account Added User peter 7", "Account Added User peter 8"],
            (await app.InRequestAsync(async db =>
            {
                (await db.Users.SingleAsync()).IsArchived = false;
                await db.SaveChangesAsync();
            })).Order(StringComparer.Ordinal));
    }

    private static Task<IReadOnlyList<string>> SetAsync(TeamsApp app, int? account) => app.InRequestAsync(async db =>
    {
        (await db.Users.SingleAsync()).OrganizationId = account;
        await db.SaveChangesAsync();
    });

    private static Task<IReadOnlyList<string>> DeleteAsync(TeamsApp app) => app.InRequestAsync(async db =>
    {
        db.Users.Remove(await db.Users.SingleAsync());
        await db.SaveChangesAsync();
    });
}
