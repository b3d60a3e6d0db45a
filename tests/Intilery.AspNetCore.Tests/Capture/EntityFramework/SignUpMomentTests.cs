using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>An application may say that a user has signed up only when the e-mail address is confirmed.</summary>
public sealed class SignUpMomentTests
{
    [Fact]
    public async Task A_user_who_does_not_confirm_has_not_signed_up()
    {
        await using var app = await StartAsync(context => CreateAsync(context, "peter"));

        await Work.DoAsync(app);

        Assert.Empty(await app.LinesAsync());
        Assert.Equal(["Signed Up email-unconfirmed"], app.Reasons());
    }

    [Fact]
    public async Task A_user_who_confirms_in_a_later_request_signs_up_then_into_the_account_joined_before()
    {
        await using var app = await StartAsync(ConfirmAsync);
        await GivenAsync(app, confirmed: false, tenants: ["a"]);

        await Work.DoAsync(app);

        var calls = await app.RecordedAsync();
        Assert.Equal(["identify peter a", "Signed Up peter a"], calls.Select(call => call.ToString()));
        Payload.Equal(
            """
            {
              "userId": "peter",
              "type": "track",
              "event": "Signed Up",
              "properties": { "type": "organic", "email": "peter@example.com", "username": "peter" },
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
            calls[1]);
    }

    [Fact]
    public async Task A_user_of_several_accounts_signs_up_into_none()
    {
        await using var app = await StartAsync(ConfirmAsync);
        await GivenAsync(app, confirmed: false, tenants: ["a", "b"]);

        await Work.DoAsync(app);

        Assert.Equal(["identify peter", "Signed Up peter"], await app.LinesAsync());
    }

    [Fact]
    public async Task A_user_who_confirms_in_the_same_request_signs_up_once()
    {
        await using var app = await StartAsync(async context =>
        {
            await CreateAsync(context, "peter");
            await ConfirmAsync(context);
        });

        await Work.DoAsync(app);

        Assert.Equal(["identify peter", "Signed Up peter"], await app.LinesAsync());
        Assert.Empty(app.Reasons());
    }

    [Fact]
    public async Task A_user_made_with_a_confirmed_address_signs_up_at_once_and_not_again()
    {
        await using var app = await StartAsync(async context =>
        {
            await CreateAsync(context, "peter", confirmed: true);
            await ConfirmAsync(context);
        });

        await Work.DoAsync(app);

        Assert.Equal(["identify peter", "Signed Up peter"], await app.LinesAsync());
    }

    [Fact]
    public async Task A_user_who_confirms_another_address_later_is_the_same_sign_up()
    {
        await using var app = await StartAsync(async context =>
        {
            await ConfirmAsync(context);
            var peter = await context.Users().FindByIdAsync("peter");
            await context.Users().SetEmailAsync(peter!, "new@example.com");
        });
        await GivenAsync(app, confirmed: false);

        await Work.DoAsync(app);
        await Work.DoAsync(app);

        var signUps = (await app.RecordedAsync()).Where(call => call.Event == "Signed Up").ToList();
        Assert.Equal(2, signUps.Count);
        Assert.Equal(signUps[0].MessageId, signUps[1].MessageId);
    }

    [Fact]
    public async Task An_address_that_is_changed_and_confirmed_in_one_is_a_change_of_the_profile()
    {
        await using var app = await StartAsync(async context =>
        {
            var peter = (await context.Users().FindByIdAsync("peter"))!;
            var token = await context.Users().GenerateChangeEmailTokenAsync(peter, "new@example.com");
            Assert.True((await context.Users().ChangeEmailAsync(peter, "new@example.com", token)).Succeeded);
        });
        await GivenAsync(app, confirmed: true);

        await Work.DoAsync(app);

        Assert.Equal(["identify peter"], await app.LinesAsync());
    }

    [Fact]
    public async Task A_confirmation_by_somebody_else_is_an_invitation()
    {
        await using var app = await StartAsync(ConfirmAsync);
        await GivenAsync(app, confirmed: false);
        await app.CreateUserAsync("admin@example.com");
        using var browser = await app.OpenSignedInAsync("admin@example.com");

        await Work.DoAsync(browser);

        var signedUp = Assert.Single(await app.RecordedAsync(), call => call.Event == "Signed Up");
        Assert.Equal("invited", (string?)signedUp.Call["properties"]!["type"]);
    }

    [Fact]
    public async Task A_confirmation_outside_of_any_request_is_no_event()
    {
        await using var app = await StartAsync(_ => Task.CompletedTask);
        await GivenAsync(app, confirmed: false);

        await app.WithScopeAsync(services => ConfirmAsync(services.GetRequiredService<AppDb>()));
        await app.WrittenAsync();

        Assert.Empty(await app.LinesAsync());
        Assert.Equal(["Signed Up outside-scope", "Signed Up outside-scope"], app.Reasons());
    }

    [Fact]
    public async Task A_confirmation_that_is_rolled_back_is_no_sign_up()
    {
        await using var app = await StartAsync(async context =>
        {
            await using var transaction = await context.Db().Database.BeginTransactionAsync();
            await transaction.CreateSavepointAsync("start");
            await ConfirmAsync(context);
            await transaction.RollbackToSavepointAsync("start");
            await transaction.CommitAsync();
        });
        await GivenAsync(app, confirmed: false);

        await Work.DoAsync(app);

        Assert.Empty(await app.LinesAsync());
        Assert.Contains("Signed Up rolled-back", app.Reasons());
    }

    [Fact]
    public async Task A_sign_in_before_the_confirmation_is_a_sign_in()
    {
        await using var app = await StartAsync(async context =>
        {
            await CreateAsync(context, "peter");
            await context.RequestServices.GetRequiredService<SignInManager<IdentityUser>>()
                .SignInAsync((await context.Users().FindByIdAsync("peter"))!, isPersistent: false);
        });

        await Work.DoAsync(app);

        Assert.Equal(["identify peter", "Signed In peter"], await app.LinesAsync());
    }

    [Fact]
    public async Task Without_the_option_a_confirmation_is_nothing()
    {
        await using var app = await Work.StartAsync(ConfirmAsync);
        await GivenAsync(app, confirmed: false);

        await Work.DoAsync(app);

        Assert.Empty(await app.LinesAsync());
    }

    private static Task<IdentityApp> StartAsync(Func<HttpContext, Task> work) =>
        Work.StartAsync(work, new IdentityAppSetup { Settings = new() { ["Intilery:SignUp:When"] = "EmailConfirmed" } });

    private static IdentityUser User(bool confirmed) =>
        new() { Id = "peter", UserName = "peter", NormalizedUserName = "PETER", Email = "peter@example.com", NormalizedEmail = "PETER@EXAMPLE.COM", EmailConfirmed = confirmed, SecurityStamp = "stamp" };

    private static async Task CreateAsync(HttpContext context, string id, bool confirmed = false)
    {
        var user = User(confirmed);
        user.Id = id;
        Assert.True((await context.Users().CreateAsync(user)).Succeeded);
    }

    private static Task ConfirmAsync(HttpContext context) => ConfirmAsync(context.Db());

    private static async Task<int> ConfirmAsync(AppDb db)
    {
        (await db.Users.SingleAsync(user => user.Id == "peter")).EmailConfirmed = true;
        return await db.SaveChangesAsync();
    }

    private static Task GivenAsync(IdentityApp app, bool confirmed, params string[] tenants) =>
        app.GivenAsync(User(confirmed), [.. tenants.Select(tenant => new Claim("tenant_id", tenant))]);
}
