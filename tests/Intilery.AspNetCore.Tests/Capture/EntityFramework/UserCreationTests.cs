using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>Every path by which a user comes into being is one sign-up, of the type that it is.</summary>
public sealed class UserCreationTests
{
    public static TheoryData<string, Func<HttpContext, Task>, string[]> Paths => new()
    {
        { "with a password", context => context.Users().CreateAsync(NewUser(), "Pa55word!"), ["identify milton", "Signed Up milton"] },
        { "without a password", context => context.Users().CreateAsync(NewUser()), ["identify milton", "Signed Up milton"] },
        {
            "with an external login",
            async context =>
            {
                var milton = NewUser();
                await context.Users().CreateAsync(milton);
                await context.Users().AddLoginAsync(milton, new UserLoginInfo("Fake", "1", "Fake"));
            },
            ["identify milton", "Signed Up milton"]
        },
        {
            "with a role, a token and a lockout",
            async context =>
            {
                await context.RequestServices.GetRequiredService<RoleManager<IdentityRole>>().CreateAsync(new IdentityRole("Clerk"));
                var milton = NewUser();
                await context.Users().CreateAsync(milton);
                await context.Users().AddToRoleAsync(milton, "Clerk");
                await context.Users().SetAuthenticationTokenAsync(milton, "Fake", "refresh", "token");
                await context.Users().SetLockoutEndDateAsync(milton, DateTimeOffset.MaxValue);
            },
            ["identify milton", "Signed Up milton"]
        },
        {
            "and signed in",
            async context =>
            {
                var milton = NewUser();
                await context.Users().CreateAsync(milton);
                await SignInAsync(context, milton);
            },
            ["identify milton", "Signed Up milton", "Signed In milton"]
        },
        {
            "and changed",
            async context =>
            {
                var milton = NewUser();
                await context.Users().CreateAsync(milton);
                await context.Users().SetPhoneNumberAsync(milton, "410-555-9412");
            },
            ["identify milton", "Signed Up milton"]
        },
        {
            "and deleted again",
            async context =>
            {
                var milton = NewUser();
                await context.Users().CreateAsync(milton);
                await context.Users().AddClaimAsync(milton, new("tenant_id", "a"));
                await context.Users().DeleteAsync(milton);
            },
            []
        },
        {
            "deleted and made again",
            async context =>
            {
                var first = NewUser();
                await context.Users().CreateAsync(first);
                await context.Users().DeleteAsync(first);
                await context.Users().CreateAsync(NewUser());
            },
            ["identify milton", "Signed Up milton"]
        },
        {
            "refused by validation",
            async context => Assert.False((await context.Users().CreateAsync(NewUser(), "weak")).Succeeded),
            []
        },
    };

    [Theory]
    [MemberData(nameof(Paths), DisableDiscoveryEnumeration = true)]
    public async Task A_user_is_made(string path, Func<HttpContext, Task> work, string[] lines)
    {
        await using var app = await Work.StartAsync(work);

        await Work.DoAsync(app);

        Assert.True(lines.SequenceEqual(await app.LinesAsync()), $"A user made {path}: {string.Join(", ", await app.LinesAsync())}");
    }

    [Theory]
    [InlineData(false, "invited")]
    [InlineData(true, "organic")]
    public async Task A_user_whom_another_person_makes_was_invited_unless_the_request_signs_the_new_user_in(bool signsIn, string type)
    {
        await using var app = await Work.StartAsync(async context =>
        {
            var milton = NewUser();
            await context.Users().CreateAsync(milton);
            if (signsIn)
            {
                await SignInAsync(context, milton);
            }
        });
        await app.CreateUserAsync();
        using var browser = await app.OpenSignedInAsync();

        await Work.DoAsync(browser);

        var signedUp = Assert.Single(await app.RecordedAsync(), call => call.Event == "Signed Up");
        Assert.Equal(type, (string?)signedUp.Call["properties"]!["type"]);
        Assert.Equal(signsIn ? ["identify milton", "Signed Up milton", "Signed In milton"] : ["identify milton", "Signed Up milton"], await app.LinesAsync());
    }

    [Fact]
    public async Task A_user_deleted_in_one_request_and_made_again_in_another_signed_up_twice()
    {
        await using var app = await Work.StartAsync(async context =>
        {
            if (await context.Users().FindByIdAsync("milton") is { } known)
            {
                await context.Users().DeleteAsync(known);
            }

            await context.Users().CreateAsync(NewUser());
        });

        await Work.DoAsync(app);
        await Work.DoAsync(app);

        var signUps = (await app.RecordedAsync()).Where(call => call.Event == "Signed Up").ToList();
        Assert.Equal(2, signUps.Count);
        Assert.NotEqual(signUps[0].MessageId, signUps[1].MessageId);
    }

    private static IdentityUser NewUser() => new() { Id = "milton", UserName = "milton", Email = "milton@example.com" };

    private static Task SignInAsync(HttpContext context, IdentityUser user) =>
        context.RequestServices.GetRequiredService<SignInManager<IdentityUser>>().SignInAsync(user, isPersistent: false);
}
