using System.Security.Claims;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

/// <summary>The account of a session whose principal names none.</summary>
public sealed class SessionAccountTests
{
    [Fact]
    public async Task The_one_mapped_membership_of_the_user_is_the_account_of_sessions_and_invites()
    {
        await using var teams = await StartAsync(builder => builder.MapMemberships<TeamMember>(member => member.UserId, member => member.TeamId));
        await teams.GivenAsync(new TeamUser { Id = "peter" }, new Team { Id = 7 }, new TeamMember { UserId = "peter", TeamId = 7 });

        Assert.Equal(["identify peter 7", "Signed In peter 7", "Signed Out peter 7"], await InAndOutAsync(teams.App));
        Assert.Equal(["Invite Sent peter 7"], await InviteAsync(teams));
    }

    [Fact]
    public async Task Of_several_mapped_memberships_none_is_the_account_and_the_reason_is_counted()
    {
        await using var teams = await StartAsync(builder => builder.MapMemberships<TeamMember>(member => member.UserId, member => member.TeamId));
        await teams.GivenAsync(
            new TeamUser { Id = "peter" }, new Team { Id = 7 }, new Team { Id = 8 },
            new TeamMember { UserId = "peter", TeamId = 7 }, new TeamMember { UserId = "peter", TeamId = 8 });

        Assert.Equal(["identify peter", "Signed In peter", "Signed Out peter"], await InAndOutAsync(teams.App));
        Assert.Contains(teams.App.Log.Ours, line => line.Message == "An event is sent without its account (context.groupId): ambiguous-tenant.");
    }

    [Fact]
    public async Task The_users_tenant_column_comes_before_memberships()
    {
        await using var teams = await StartAsync(builder => builder
            .MapUsers<TeamUser>(tenant: user => user.OrganizationId)
            .MapMemberships<TeamMember>(member => member.UserId, member => member.TeamId));
        await teams.GivenAsync(new TeamUser { Id = "peter", OrganizationId = 3 }, new Team { Id = 7 }, new TeamMember { UserId = "peter", TeamId = 7 });

        Assert.Equal(["identify peter 3", "Signed In peter 3", "Signed Out peter 3"], await InAndOutAsync(teams.App));
        Assert.Equal(["Invite Sent peter 3"], await InviteAsync(teams));
    }

    [Fact]
    public async Task A_claim_comes_before_the_users_tables()
    {
        await using var teams = await StartAsync(builder => builder.MapUsers<TeamUser>(tenant: user => user.OrganizationId));
        await teams.GivenAsync(new TeamUser { Id = "peter", OrganizationId = 3 });
        await teams.App.AddClaimAsync("peter", "tenant_id", "acct_1");
        await teams.App.WrittenAsync();
        await teams.App.ForgetAsync();

        Assert.Equal(["identify peter acct_1", "Signed In peter acct_1", "Signed Out peter acct_1"], await InAndOutAsync(teams.App));
    }

    [Fact]
    public async Task The_tenant_column_of_a_row_at_hand_is_the_account_and_no_other_context_is_made()
    {
        var scopes = new HashSet<IServiceProvider>();
        await using var app = await SignInApp.StartAsync(new SignInSetup
        {
            Services = services => services.AddScoped(provider =>
            {
                lock (scopes)
                {
                    scopes.Add(provider);
                }

                return new TeamsDb(provider.GetRequiredService<Microsoft.EntityFrameworkCore.DbContextOptions<TeamsDb>>());
            }),
        });
        await app.InScopeAsync(async services =>
        {
            var users = services.GetRequiredService<UserManager<TeamUser>>();
            var peter = (await users.FindByIdAsync("peter"))!;
            peter.OrganizationId = 5;
            Assert.True((await users.UpdateAsync(peter)).Succeeded);
        });
        scopes.Clear();

        await app.InRequestAsync(SignInApp.SignInAsync);

        Assert.Equal("5", app.Recorder.Events.Last(call => call.Name == "Signed In").GroupId);
        Assert.Single(scopes);
    }

    [Fact]
    public async Task A_tenant_that_a_claims_transformation_adds_is_on_the_sign_in_too()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { Services = services => services.AddTransient<IClaimsTransformation, AddsTenant>() });
        await app.CreateUserAsync(configure: user => user.Id = "peter");

        Assert.Equal(["identify peter acct_9", "Signed In peter acct_9", "Signed Out peter acct_9"], await InAndOutAsync(app));
        Assert.DoesNotContain(app.Log.Ours, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task A_claims_transformation_that_fails_costs_the_account_alone()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Services = services => services.AddHttpContextAccessor().AddTransient<IClaimsTransformation, NeedsARequest>(),
        });
        await app.CreateUserAsync(configure: user => user.Id = "peter");

        Assert.Equal(["identify peter", "Signed In peter", "Signed Out peter"], await InAndOutAsync(app));
        Assert.Contains(app.Log.Ours, line => line.Message == "An event is sent without its account (context.groupId): unresolved-tenant.");
    }

    [Theory]
    [InlineData("Intilery:Tenant:ClaimType", "workspace", "theme")]
    [InlineData(null, null, "http://example.com/claims/TenantId")]
    public async Task A_wrong_claim_type_is_a_warning_once_that_names_the_types_that_there_are(string? setting, string? configured, string claimType)
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Environment = "Production", Settings = setting is null ? [] : new() { [setting] = configured },
        });
        var peter = await app.CreateUserAsync();
        await app.AddClaimAsync(peter, claimType, "acct_1");

        await InAndOutAsync(app);
        await InAndOutAsync(app);

        var warning = Assert.Single(app.Log.Ours, line => line.Id == 110);
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.Contains($"({configured ?? "tenant_id, org_id, organization_id"})", warning.Message, StringComparison.Ordinal);
        Assert.Contains(claimType, warning.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("acct_1", warning.Message, StringComparison.Ordinal);
    }

    private static async Task<TeamsApp> StartAsync(Action<IntileryBuilder> map)
    {
        var teams = await TeamsApp.StartAsync(map);
        await teams.App.CreateUserAsync(configure: user => user.Id = "peter");
        return teams;
    }

    private static Task<IReadOnlyList<string>> InviteAsync(TeamsApp teams) => teams.InRequestAsync(async (_, context) =>
    {
        context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, "peter")], "test"));
        await context.RequestServices.GetRequiredService<ILifecycleTracker>().TrackAsync(new InviteSent { InviteeEmail = "samir@example.com" }, context.RequestAborted);
    });

    private static async Task<IReadOnlyList<string>> InAndOutAsync(IdentityApp app)
    {
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        await IdentityApp.SignOutAsync(browser);
        return await app.LinesAsync();
    }

    private sealed class AddsTenant : IClaimsTransformation
    {
        public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal)
        {
            // As a team writes it that has not read that it may be called twice with one principal.
            ((ClaimsIdentity)principal.Identity!).AddClaim(new Claim("tenant_id", "acct_9"));
            return Task.FromResult(principal);
        }
    }

    private sealed class NeedsARequest(IServiceProvider services, IHttpContextAccessor accessor) : IClaimsTransformation
    {
        public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal) => ReferenceEquals(accessor.HttpContext?.RequestServices, services)
            ? Task.FromResult(principal)
            : throw new InvalidOperationException("Not the services of a request.");
    }
}
