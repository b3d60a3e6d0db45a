using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

public sealed class SaveTests
{
    [Fact]
    public async Task A_user_made_outside_of_any_request_is_no_event()
    {
        await using var app = await IdentityApp.StartAsync();

        await app.CreateUserAsync();

        Assert.Empty(await app.LinesAsync());
        Assert.Equal(["Signed Up outside-scope"], app.Reasons());
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
