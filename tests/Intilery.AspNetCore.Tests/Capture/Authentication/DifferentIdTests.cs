using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

/// <summary>A user whose row has another key than the principal has an id.</summary>
public sealed class DifferentIdTests
{
    [Fact]
    public async Task A_claims_factory_that_writes_an_id_of_its_own_is_a_warning_once_that_names_the_claim_with_the_key()
    {
        await using var app = await StartAsync(keyClaim: "row_key");
        await RegisterAsync(app, "peter@example.com");
        await RegisterAsync(app, "samir@example.com");

        var warning = Assert.Single(app.Log.Ours, line => line.Id == 111);
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.EndsWith("Set Intilery:UserIdClaimType to row_key, which holds the row's key.", warning.Message, StringComparison.Ordinal);
        Assert.Contains(
            "A user signed in whose principal has another id than the key of the user's row, so that one person becomes two. "
            + "Set Intilery:UserIdClaimType to row_key, which holds the row's key.",
            (await app.Services.GetRequiredService<IIntileryCoverage>().GetReportAsync(TestContext.Current.CancellationToken)).Hints);
    }

    [Fact]
    public async Task Without_such_a_claim_the_warning_says_where_to_add_one()
    {
        await using var app = await StartAsync(keyClaim: null);
        await RegisterAsync(app, "peter@example.com");

        Assert.EndsWith(
            "Add a claim with the row's key to the principal, where it is made or in the cookie's OnSigningIn event, and set Intilery:UserIdClaimType to its type.",
            Assert.Single(app.Log.Ours, line => line.Id == 111).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_warning_names_makes_one_person_of_the_two()
    {
        await using var app = await StartAsync(keyClaim: "row_key", new() { ["Intilery:UserIdClaimType"] = "row_key" });
        using var browser = app.OpenBrowser();
        await IdentityApp.RegisterAsync(browser);
        await IdentityApp.SignOutAsync(browser);

        var calls = await app.RecordedAsync();
        Assert.Equal(["identify", "Signed Up", "Signed In", "Signed Out"], calls.Select(call => call.Event));
        Assert.Single(calls.Select(call => call.UserId).Distinct());
        Assert.DoesNotContain(app.Log.Ours, line => line.Id == 111);
    }

    [Fact]
    public async Task A_user_who_is_created_at_the_first_login_of_a_provider_is_a_warning_too()
    {
        await using var app = await Work.StartAsync(async context =>
        {
            await context.Users().CreateAsync(new IdentityUser { UserName = "peter", Email = "peter@example.com" });
            await context.SignInAsync(IdentityConstants.ApplicationScheme, new ClaimsPrincipal(new ClaimsIdentity(
                [new Claim(ClaimTypes.NameIdentifier, "subject-of-the-provider"), new Claim(ClaimTypes.Email, "peter@example.com")], "provider")));
        });

        await Work.DoAsync(app);

        Assert.Single(app.Log.Ours, line => line.Id == 111);
    }

    [Fact]
    public async Task One_id_is_no_warning()
    {
        await using var app = await IdentityApp.StartAsync();
        await RegisterAsync(app, "peter@example.com");

        Assert.DoesNotContain(app.Log.Ours, line => line.Id == 111);
    }

    private static async Task RegisterAsync(IdentityApp app, string email)
    {
        using var browser = app.OpenBrowser();
        await IdentityApp.RegisterAsync(browser, email);
    }

    private static Task<IdentityApp> StartAsync(string? keyClaim, Dictionary<string, string?>? settings = null) => IdentityApp.StartAsync(new IdentityAppSetup
    {
        Settings = settings ?? [],
        Services = services => services.AddScoped<IUserClaimsPrincipalFactory<IdentityUser>>(provider => new NumberedFactory(
            provider.GetRequiredService<UserManager<IdentityUser>>(), provider.GetRequiredService<IOptions<IdentityOptions>>(), keyClaim)),
    });

    /// <summary>As a content management system: its users have numbers, and these are in the principal.</summary>
    private sealed class NumberedFactory(UserManager<IdentityUser> users, IOptions<IdentityOptions> options, string? keyClaim)
        : UserClaimsPrincipalFactory<IdentityUser>(users, options)
    {
        protected override async Task<ClaimsIdentity> GenerateClaimsAsync(IdentityUser user)
        {
            var identity = await base.GenerateClaimsAsync(user);
            identity.RemoveClaim(identity.FindFirst(ClaimTypes.NameIdentifier));
            identity.AddClaim(new Claim(ClaimTypes.NameIdentifier, "1047"));
            if (keyClaim is not null)
            {
                identity.AddClaim(new Claim(keyClaim, user.Id));
            }

            return identity;
        }
    }
}
