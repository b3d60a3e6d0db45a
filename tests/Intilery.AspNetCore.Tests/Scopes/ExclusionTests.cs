using System.Security.Claims;
using System.Text.Json;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Scopes;

/// <summary>People who are no customers, through Identity's own pages.</summary>
public sealed class ExclusionTests
{
    [Theory]
    [InlineData("Exclude:EmailDomains:0", "example.com")]
    [InlineData("Exclude:Roles:0", "Staff")]
    public async Task Staff_sign_in_and_out_without_an_event(string key, string value)
    {
        await using var app = await StartAsync((key, value));
        await CreateStaffAsync(app);
        using var browser = app.OpenBrowser(out var jar);

        await IdentityApp.SignInAsync(browser);
        Assert.DoesNotContain(jar.Cookies.GetAllCookies(), cookie => cookie.Name == "intilery_identify");
        using var told = await browser.PostAsync("/export");
        await IdentityApp.SignOutAsync(browser);

        Assert.Empty(await app.EventsAsync());
        Assert.Equal(3, app.Log.Ours.Count(line => line.Message.EndsWith("was not tracked: excluded.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_registration_with_an_excluded_address_is_no_sign_up()
    {
        await using var app = await StartAsync(("Exclude:EmailDomains:0", "example.com"));
        using var browser = app.OpenBrowser();

        await IdentityApp.RegisterAsync(browser);

        Assert.Empty(await app.EventsAsync());
    }

    [Theory]
    [InlineData("Staff", "Customer", 0)]
    [InlineData("Customer", "Staff", 0)]
    [InlineData("Customer", "Auditor", 3)]
    public async Task A_colleague_whom_an_administrator_makes_in_an_excluded_role_is_no_event(string first, string second, int events)
    {
        await using var app = await StartAsync(("Exclude:Roles:0", "Staff"));
        await CreateRolesAsync(app, first, second);

        await HireAsync(app, "/hire", first, second);

        Assert.Equal(["identify", "Signed Up", "Account Added User"], (await HireAsync(app, "/hire")).TakeLast(3));
        Assert.Equal(3 + events, (await app.EventsAsync()).Count);
        Assert.Equal(
            events > 0 ? [] : ["Signed Up was not tracked: excluded.", "Account Added User was not tracked: excluded."],
            app.Log.Ours.Where(line => line.Message.EndsWith("excluded.", StringComparison.Ordinal)).Select(line => line.Message));
    }

    [Fact]
    public async Task A_role_that_is_rolled_back_leaves_nobody_out()
    {
        await using var app = await StartAsync(("Exclude:Roles:0", "Staff"));
        await CreateRolesAsync(app, "Staff");

        Assert.Equal(["identify", "Signed Up", "Account Added User"], await HireAsync(app, "/hire-and-think-again", "Staff"));
    }

    [Fact]
    public async Task A_membership_of_staff_is_no_event_although_a_job_stores_it_that_knows_no_address()
    {
        await using var app = await StartAsync(("Exclude:EmailDomains:0", "example.com"));
        var peter = await app.CreateUserAsync();
        var samir = await app.CreateUserAsync("samir@other.test");

        foreach (var userId in new[] { peter, samir })
        {
            await StoreClaimAsync(app, userId);
            await DeleteAsync(app, userId);
        }

        await app.WrittenAsync();

        Assert.Equal(
            [$"identify {samir} acme", $"Account Added User {samir} acme", $"Account Removed User {samir} acme"], (await app.RecordedAsync()).Select(call => call.ToString()));
        Assert.Equal(
            ["Account Added User was not tracked: excluded.", "Account Removed User was not tracked: excluded."],
            app.Log.Ours.Where(line => line.Message.EndsWith("excluded.", StringComparison.Ordinal)).Select(line => line.Message));
    }

    [Fact]
    public async Task An_intent_that_another_process_left_is_settled_with_the_same_suppressions()
    {
        await using var app = await StartAsync(("Exclude:EmailDomains:0", "example.com"));
        var scopeContext = new ScopeContext { Id = "scope", Destination = "here", PersonId = "support", IsImpersonated = true };
        CapturedFact[] facts =
        [
            new UserCreated { Key = "k1", UserId = "u1", At = DateTimeOffset.UnixEpoch, Profile = new Profile { Email = "p@example.com" } },
            new UserCreated { Key = "k2", UserId = "u2", At = DateTimeOffset.UnixEpoch, Profile = Profile.Empty, IsExcluded = true },
            new MemberAdded { Key = "k3", UserId = "support", At = DateTimeOffset.UnixEpoch, GroupId = "acme" },
            new UserCreated { Key = "k4", UserId = "u4", At = DateTimeOffset.UnixEpoch, Profile = new Profile { Email = "p@other.test" } },
        ];
        var intents = facts.Select((fact, i) => new Intilery.AspNetCore.Outbox.Intent(
            i + 1, scopeContext.Id, fact.UserId, JsonSerializer.SerializeToUtf8Bytes(new IntentPayload(scopeContext, fact), FactJson.Default.IntentPayload)));

        await app.Services.GetRequiredService<IntentRecovery>().RecoverAsync([.. intents], TestContext.Current.CancellationToken);

        // No row waits for an intent that is not in the store; what was suppressed says which would have been.
        Assert.Equal(
            ["Signed Up was not tracked: excluded.", "Signed Up was not tracked: excluded.", "Account Added User was not tracked: impersonated."],
            app.Log.Ours.Where(line => line.Id == 100).Select(line => line.Message));
    }

    [Fact]
    public async Task Another_claim_type_can_say_that_somebody_impersonates()
    {
        await using var app = await StartAsync(("Impersonation:ClaimTypes:0", "impersonator"));
        var userId = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        using var signedIn = await browser.PostAsync("/impersonate/" + userId);

        using var told = await browser.PostAsync("/export");
        await IdentityApp.SignOutAsync(browser);

        Assert.Empty(await app.EventsAsync());
        Assert.Equal(3, app.Log.Ours.Count(line => line.Message.EndsWith("was not tracked: impersonated.", StringComparison.Ordinal)));
    }

    private static Task<int> StoreClaimAsync(IdentityApp app, string userId) => app.WithScopeAsync(services =>
    {
        // Untracked, as provisioning does it: nothing in the save says whose address it is.
        var db = services.GetRequiredService<AppDb>();
        db.UserClaims.Add(new IdentityUserClaim<string> { UserId = userId, ClaimType = "tenant_id", ClaimValue = "acme" });
        return db.SaveChangesAsync();
    });

    private static Task<IdentityResult> DeleteAsync(IdentityApp app, string userId) => app.WithScopeAsync(async services =>
    {
        var users = services.GetRequiredService<UserManager<IdentityUser>>();
        return await users.DeleteAsync((await users.FindByIdAsync(userId))!);
    });

    private static Task<int> CreateRolesAsync(IdentityApp app, params string[] roles) => app.WithScopeAsync(services =>
    {
        var db = services.GetRequiredService<AppDb>();
        db.Roles.AddRange(roles.Select(role => new IdentityRole(role) { NormalizedName = role.ToUpperInvariant() }));
        return db.SaveChangesAsync();
    });

    // Another user each time, by an anonymous request: a seat that somebody has bought.
    private static async Task<IReadOnlyList<string>> HireAsync(IdentityApp app, string path, params string[] roles)
    {
        using var browser = app.OpenBrowser();
        using var response = await browser.PostAsync($"{path}?{string.Join('&', roles.Select(role => $"role={role}"))}");
        response.EnsureSuccessStatusCode();
        return await app.EventsAsync();
    }

    private static async Task HireAsync(UserManager<IdentityUser> users, AppDb db, string[] role, bool thinksAgain)
    {
        var samir = new IdentityUser($"samir-{Guid.NewGuid():N}");
        await using var transaction = await db.Database.BeginTransactionAsync();
        await users.CreateAsync(samir);
        await users.AddClaimAsync(samir, new Claim("tenant_id", "acme"));
        await transaction.CreateSavepointAsync("before");
        await users.AddToRolesAsync(samir, role);
        if (thinksAgain)
        {
            await transaction.RollbackToSavepointAsync("before");
        }

        await transaction.CommitAsync();
    }

    private static async Task CreateStaffAsync(IdentityApp app)
    {
        var userId = await app.CreateUserAsync();
        await app.WithScopeAsync(async services =>
        {
            await services.GetRequiredService<RoleManager<IdentityRole>>().CreateAsync(new IdentityRole("Staff"));
            var users = services.GetRequiredService<UserManager<IdentityUser>>();
            return await users.AddToRoleAsync((await users.FindByIdAsync(userId))!, "Staff");
        });
    }

    private static Task<IdentityApp> StartAsync(params (string Key, string Value)[] settings) => IdentityApp.StartAsync(new()
    {
        Settings = settings.ToDictionary(setting => "Intilery:" + setting.Key, setting => (string?)setting.Value),
        Endpoints = app =>
        {
            app.MapPost("/hire", (UserManager<IdentityUser> users, AppDb db, [FromQuery] string[] role) => HireAsync(users, db, role, thinksAgain: false));
            app.MapPost("/hire-and-think-again", (UserManager<IdentityUser> users, AppDb db, [FromQuery] string[] role) => HireAsync(users, db, role, thinksAgain: true));
            app.MapPost("/export", (ILifecycleTracker lifecycle) => lifecycle.TrackAsync("Report Exported"));
            app.MapPost("/impersonate/{id}", (string id) => Results.SignIn(
                new ClaimsPrincipal(new ClaimsIdentity(
                    [new Claim(ClaimTypes.NameIdentifier, id), new Claim("impersonator", "support")], IdentityConstants.ApplicationScheme)),
                authenticationScheme: IdentityConstants.ApplicationScheme));
        },
    });
}
