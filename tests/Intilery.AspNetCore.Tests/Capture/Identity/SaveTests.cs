using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Identity;

public sealed class SaveTests
{
    private static readonly string[] _peter = ["identify peter", "Signed Up peter"];

    [Fact]
    public async Task A_user_added_to_the_context_by_hand_signed_up()
    {
        await using var app = await Work.StartAsync(async context =>
        {
            context.Db().Users.Add(Work.NewUser("peter"));
            Assert.Equal(1, await context.Db().SaveChangesAsync(context.RequestAborted));
        });

        await Work.DoAsync(app);

        Assert.Equal(_peter, await app.LinesAsync());
    }

    [Fact]
    public async Task A_synchronous_save_counts_as_well()
    {
        await using var app = await Work.StartAsync(context =>
        {
            context.Db().Users.Add(Work.NewUser("peter"));
            Assert.Equal(1, context.Db().SaveChanges());
            return Task.CompletedTask;
        });

        await Work.DoAsync(app);

        Assert.Equal(_peter, await app.LinesAsync());
    }

    [Fact]
    public async Task A_save_that_does_not_accept_its_changes_counts_once()
    {
        await using var app = await Work.StartAsync(async context =>
        {
            var db = context.Db();
            db.Users.Add(Work.NewUser("peter"));
            await db.SaveChangesAsync(acceptAllChangesOnSuccess: false, context.RequestAborted);
            db.ChangeTracker.AcceptAllChanges();
            await db.SaveChangesAsync(context.RequestAborted);
        });

        await Work.DoAsync(app);

        Assert.Equal(_peter, await app.LinesAsync());
    }

    [Fact]
    public async Task A_user_refused_by_the_user_manager_is_nothing()
    {
        await using var app = await Work.StartAsync(async context =>
            Assert.False((await context.Users().CreateAsync(Work.NewUser("peter@example.com"))).Succeeded));
        await app.CreateUserAsync();

        await Work.DoAsync(app);

        Assert.Empty(await app.LinesAsync());
    }

    [Fact]
    public async Task A_save_that_failed_is_nothing_and_does_not_spoil_the_next()
    {
        await using var app = await Work.StartAsync(async context =>
        {
            var db = context.Db();
            var twin = db.Users.Add(new IdentityUser { Id = "twin", UserName = "peter@example.com", NormalizedUserName = "PETER@EXAMPLE.COM" });
            await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync(context.RequestAborted));
            twin.State = EntityState.Detached;
            db.Users.Add(Work.NewUser("peter"));
            await db.SaveChangesAsync(context.RequestAborted);
        });
        await app.CreateUserAsync();

        await Work.DoAsync(app);

        Assert.Equal(_peter, await app.LinesAsync());
    }

    [Fact]
    public async Task A_concurrency_conflict_is_nothing_and_does_not_spoil_the_next_save()
    {
        await using var app = await Work.StartAsync(async context =>
        {
            var db = context.Db();
            var peter = await db.Users.SingleAsync(context.RequestAborted);
            await db.Users.ExecuteUpdateAsync(set => set.SetProperty(user => user.ConcurrencyStamp, "somebody else's"), context.RequestAborted);
            peter.PhoneNumber = "410-555-9412";
            await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => db.SaveChangesAsync(context.RequestAborted));
            db.ChangeTracker.Clear();
            db.Roles.Add(new IdentityRole("Owner"));
            await db.SaveChangesAsync(context.RequestAborted);
        });
        await app.CreateUserAsync();

        await Work.DoAsync(app);

        Assert.Empty(await app.LinesAsync());
    }

    [Fact]
    public async Task Two_users_in_one_save_signed_up_one_after_the_other()
    {
        await using var app = await Work.StartAsync(async context =>
        {
            context.Db().Users.AddRange(Work.NewUser("peter"), Work.NewUser("samir"));
            await context.Db().SaveChangesAsync(context.RequestAborted);
        });

        await Work.DoAsync(app);

        Assert.Equal([.. _peter, "identify samir", "Signed Up samir"], await app.LinesAsync());
    }

    [Fact]
    public async Task A_user_made_outside_of_any_request_is_no_event()
    {
        await using var app = await IdentityApp.StartAsync();

        await app.CreateUserAsync();

        Assert.Empty(await app.LinesAsync());
        Assert.Equal(["UserCreated outside-scope"], app.Reasons());
    }

    [Fact]
    public async Task A_tenant_joined_later_in_the_request_is_the_account_of_the_sign_up()
    {
        await using var app = await Work.StartAsync(async context =>
        {
            var peter = Work.NewUser("peter");
            await context.Users().CreateAsync(peter);
            await context.Users().AddClaimAsync(peter, new Claim("tenant_id", "acct_123"));
            await context.RequestServices.GetRequiredService<SignInManager<IdentityUser>>().SignInAsync(peter, isPersistent: false);
        });

        await Work.DoAsync(app);

        Assert.Equal(
            ["identify peter acct_123", "Signed Up peter acct_123", "Account Added User peter acct_123", "Signed In peter acct_123"], await app.LinesAsync());
    }

    [Fact]
    public async Task What_identity_changes_besides_the_profile_is_nothing()
    {
        await using var app = await Work.StartAsync(async context =>
        {
            var peter = (await context.Users().FindByEmailAsync("peter@example.com"))!;
            await context.Users().AccessFailedAsync(peter);
            await context.Users().SetLockoutEndDateAsync(peter, DateTimeOffset.MaxValue);
            await context.Users().UpdateSecurityStampAsync(peter);
            await context.Users().AddClaimAsync(peter, new Claim("theme", "dark"));
            await context.Users().AddLoginAsync(peter, new UserLoginInfo("Fake", "1", "Fake"));
            await context.Users().UpdateAsync(peter);
        });
        await app.CreateUserAsync();

        await Work.DoAsync(app);

        Assert.Empty(await app.LinesAsync());
    }

    [Fact]
    public async Task The_applications_own_interceptor_sees_what_it_would_see_without_us()
    {
        Assert.Equal(await SeenAsync(isTracked: false), await SeenAsync(isTracked: true));
    }

    private static async Task<IReadOnlyList<string>> SeenAsync(bool isTracked)
    {
        var interceptor = new RecordingInterceptor();
        await using var app = await Work.StartAsync(
            async context =>
            {
                var peter = Work.NewUser("peter");
                await context.Users().CreateAsync(peter);
                await context.Users().AddClaimAsync(peter, new Claim("tenant_id", "acct_123"));
                await using (var transaction = await context.Db().Database.BeginTransactionAsync(context.RequestAborted))
                {
                    await context.Users().SetPhoneNumberAsync(peter, "410-555-9412");
                    await transaction.CommitAsync(context.RequestAborted);
                }

                await context.Users().DeleteAsync(peter);
            },
            new IdentityAppSetup { WriteTheLine = isTracked, Database = options => options.AddInterceptors(interceptor) });
        await Work.DoAsync(app);
        return interceptor.Lines;
    }
}
