using System.Security.Claims;
using Intilery.AspNetCore.Testing;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

/// <summary>What a sign-in tells of a user who was there before the package.</summary>
public sealed class SignInProfileTests
{
    private const string SignedIn = """{"username":"pgibbons"}""";

    public static TheoryData<string> Ways => ["password", "code", "external", "recovery code", "bearer token"];

    public static TheoryData<string> Registrations => ["AddDbContext", "AddDbContext with one options object", "AddDbContextPool", "AddDbContextFactory"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_old_user_is_told_whole_whichever_way_leads_in(string way)
    {
        await using var app = await SignInApp.StartAsync();

        await app.InRequestAsync(context => SignInByAsync(way, context));

        Assert.Equal([SignInApp.Whole], app.Traits());
        Assert.Equal(SignedIn, app.Recorder.AssertSingle("Signed In", "peter").Properties!.Value.GetRawText());
        app.Recorder.AssertSequence("peter", "identify", "Signed In");
        app.Recorder.AssertConformsToSpecification();
    }

    [Theory]
    [MemberData(nameof(Registrations))]
    public async Task However_the_context_is_registered(string registration)
    {
        await using var app = await SignInApp.StartAsync(new SignInSetup
        {
            Context = (services, configure) => _ = registration switch
            {
                "AddDbContext" => services.AddDbContext<TeamsDb>(configure),
                "AddDbContextPool" => services.AddDbContextPool<TeamsDb>(configure),
                "AddDbContextFactory" => services.AddDbContextFactory<TeamsDb>(configure),
                _ => services.AddDbContext<TeamsDb>(configure, ServiceLifetime.Scoped, ServiceLifetime.Singleton),
            },
        });

        await app.InRequestAsync(SignInApp.SignInAsync);
        await app.InRequestAsync(async context => await SignInApp.Users(context).SetPhoneNumberAsync(await PeterAsync(context), "1"));
        await app.InRequestAsync(SignInApp.SignInAsync);

        // A context of a pool serves one request after the other, and knows nothing of the one before.
        Assert.Equal([SignInApp.Whole, SignInApp.Whole.Replace("410-555-9412", "1", StringComparison.Ordinal)], app.Traits());
        app.Recorder.AssertSequence("peter", "identify", "Signed In", "identify", "Signed In");
    }

    [Fact]
    public async Task A_store_of_the_applications_own_that_derives_from_identitys_is_one_too()
    {
        await using var app = await SignInApp.StartAsync(new SignInSetup { Services = services => services.AddScoped<IUserStore<TeamUser>, OwnStore>() });

        await app.InRequestAsync(SignInApp.SignInAsync);

        Assert.Equal([SignInApp.Whole], app.Traits());
    }

    [Fact]
    public async Task Two_sign_ins_of_one_person_are_one_identify()
    {
        await using var app = await SignInApp.StartAsync();

        await app.InRequestAsync(SignInApp.SignInAsync);
        await app.InRequestAsync(SignInApp.SignInAsync);

        app.Recorder.AssertSequence("peter", "identify", "Signed In", "Signed In");
    }

    [Fact]
    public async Task The_row_counts_and_claims_say_what_is_not_in_it()
    {
        await using var app = await SignInApp.StartAsync();
        await app.InScopeAsync(services => services.GetRequiredService<TeamsDb>().Users
            .ExecuteUpdateAsync(set => set.SetProperty(user => user.PhoneNumber, (string?)null), TestContext.Current.CancellationToken));

        await app.InRequestAsync(async context => await SignInApp.SignIns(context).SignInWithClaimsAsync(
            await PeterAsync(context), isPersistent: false, [new Claim(ClaimTypes.MobilePhone, "2"), new Claim(ClaimTypes.GivenName, "Pete")]));

        Assert.Equal([SignInApp.Whole.Replace("410-555-9412", "2", StringComparison.Ordinal)], app.Traits());
    }

    [Theory]
    [InlineData("Privacy:Properties:0", "title", """{"title":"the Engineer"}""")]
    [InlineData("Privacy:PersonalData", "Exclude", """{"firstName":"Peter","lastName":"Gibbons","title":"the Engineer"}""")]
    public async Task What_may_not_be_sent_of_a_person_is_not_sent_of_the_row(string key, string value, string traits)
    {
        await using var app = await SignInApp.StartAsync(new SignInSetup { Settings = new() { ["Intilery:" + key] = value } });

        await app.InRequestAsync(SignInApp.SignInAsync);

        Assert.Equal([traits], app.Traits());
        Assert.Equal("{}", app.Recorder.AssertSingle("Signed In").Properties!.Value.GetRawText());
    }

    [Fact]
    public async Task The_address_of_the_row_leaves_staff_out_where_no_claim_and_no_trait_may_say_it()
    {
        await using var app = await SignInApp.StartAsync(new SignInSetup
        {
            Settings = new() { ["Intilery:Exclude:EmailDomains:0"] = "example.com", ["Intilery:Privacy:PersonalData"] = "Exclude" },
            Services = services => services.Configure<IdentityOptions>(options => options.ClaimsIdentity.EmailClaimType = "elsewhere"),
        });
        await app.InScopeAsync(services => services.GetRequiredService<TeamsDb>().Users
            .ExecuteUpdateAsync(set => set.SetProperty(user => user.UserName, "peter"), TestContext.Current.CancellationToken));

        await app.InRequestAsync(async context =>
        {
            var peter = await PeterAsync(context);
            var principal = await SignInApp.SignIns(context).CreateUserPrincipalAsync(peter);
            ((ClaimsIdentity)principal.Identity!).RemoveClaim(principal.FindFirst("elsewhere"));
            await context.SignInAsync(IdentityConstants.ApplicationScheme, principal);
        });

        await app.Recorder.WaitForSuppressedAsync("excluded", cancellationToken: TestContext.Current.CancellationToken);
        app.Recorder.AssertNone();
    }

    private static async Task<TeamUser> PeterAsync(HttpContext context) => (await SignInApp.Users(context).FindByIdAsync("peter"))!;

    private static async Task SignInByAsync(string way, HttpContext context)
    {
        var (users, sessions) = (SignInApp.Users(context), SignInApp.SignIns(context));
        switch (way)
        {
            case "password":
                await SignInApp.SignInAsync(context);
                break;
            case "code":
                await sessions.SignInAsync(await PeterAsync(context), isPersistent: true);
                break;
            case "external":
                await users.AddLoginAsync(await PeterAsync(context), new UserLoginInfo("Google", "g-1", "Google"));
                SignInApp.Db(context).ChangeTracker.Clear();
                Assert.True((await sessions.ExternalLoginSignInAsync("Google", "g-1", isPersistent: false)).Succeeded);
                break;
            case "recovery code":
                var peter = await PeterAsync(context);
                await users.SetTwoFactorEnabledAsync(peter, true);
                var code = (await users.GenerateNewTwoFactorRecoveryCodesAsync(peter, 1))!.Single();
                SignInApp.Db(context).ChangeTracker.Clear();
                await StepOneAsync(context);
                Assert.True((await sessions.TwoFactorRecoveryCodeSignInAsync(code)).Succeeded);
                break;
            default:
                sessions.AuthenticationScheme = IdentityConstants.BearerScheme;
                await SignInApp.SignInAsync(context);
                break;
        }
    }

    // The cookie of the first step comes with the next request; here the one request has it at once.
    private static async Task StepOneAsync(HttpContext context)
    {
        Assert.True((await SignInApp.SignIns(context).PasswordSignInAsync("pgibbons", SignInApp.Password, isPersistent: false, lockoutOnFailure: false)).RequiresTwoFactor);
        context.Request.Headers.Cookie = context.Response.Headers.SetCookie.Select(line => line!.Split(';')[0]).ToArray();
    }

    private sealed class OwnStore(TeamsDb db) : Microsoft.AspNetCore.Identity.EntityFrameworkCore.UserStore<TeamUser, IdentityRole, TeamsDb>(db);
}
