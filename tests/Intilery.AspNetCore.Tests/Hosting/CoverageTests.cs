using System.Text.Encodings.Web;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Hosting;

public sealed class CoverageTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_application_of_the_templates_captures_sign_ups_sessions_and_nothing_of_accounts()
    {
        await using var app = await IdentityApp.StartAsync();

        Assert.Equal(
            """
            Signed Up             Ready      new users of AppDb (ASP.NET Core Identity)
            Signed In             Ready      sessions of Identity.Application
            Signed Out            Ready      sessions of Identity.Application
            Account Created       Missing    No entity is mapped as an account, and no endpoint tracks one.
                                             [TrackAccountCreated] // on the endpoint that creates an account
            Account Deleted       Missing    No entity is mapped as an account, and no endpoint tracks one.
                                             [TrackAccountDeleted] // on the endpoint that deletes an account
            Account Added User    Missing    No entity is mapped as a membership. Without a mapping, only stored claims of type tenant_id or org_id or organization_id are memberships.
                                             [TrackAccountAddedUser] // on the endpoint that changes members
            Account Removed User  Missing    No entity is mapped as a membership. Without a mapping, only stored claims of type tenant_id or org_id or organization_id are memberships.
                                             [TrackAccountRemovedUser] // on the endpoint that changes members
            Invite Sent           Missing    No endpoint tracks invites.
                                             [TrackInviteSent] // on the endpoint that sends invites
            Trial Started         Missing    No entity is mapped as a trial, and no endpoint tracks one.
                                             [TrackTrialStarted] // on the endpoint that starts a trial
            Trial Ended           Missing    No entity is mapped as a trial, and no endpoint tracks one.
                                             [TrackTrialEnded] // on the endpoint that ends a trial

            """,
            await ReportAsync(app.Services));
    }

    [Fact]
    public async Task What_was_captured_is_seen_and_counted()
    {
        await using var app = await IdentityApp.StartAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.RegisterAsync(browser);

        var report = await app.Services.GetRequiredService<IIntileryCoverage>().GetReportAsync(Cancelled);

        Assert.Equal([("Signed Up", 1L), ("Signed In", 1L)], report.Events.Where(line => line.Status == CoverageStatus.Seen).Select(line => (line.EventName, line.Count)));
        Assert.NotNull(report.Events[0].LastSeenAt);
    }

    [Fact]
    public async Task An_attribute_is_named_with_its_endpoint()
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            Endpoints = app => app.MapPost("/teams/{id}/invites", (string id, string inviteeEmail) => Results.Ok(inviteeEmail)).TrackInviteSent(),
        });

        var report = await app.Services.GetRequiredService<IIntileryCoverage>().GetReportAsync(Cancelled);

        var line = report.Events.Single(line => line.EventName == LifecycleEventNames.InviteSent);
        Assert.Equal((CoverageStatus.Ready, "[TrackInviteSent] on POST /teams/{id}/invites"), (line.Status, line.Explanation));
    }

    [Fact]
    public async Task An_endpoint_that_seems_to_invite_is_where_the_line_goes()
    {
        await using var app = await IdentityApp.StartAsync(new() { Endpoints = app => app.MapPost("/teams/{id}/invitations", (string id) => Results.Ok(id)) });

        var report = await app.Services.GetRequiredService<IIntileryCoverage>().GetReportAsync(Cancelled);

        Assert.Equal("[TrackInviteSent] // on POST /teams/{id}/invitations", report.Events.Single(line => line.EventName == LifecycleEventNames.InviteSent).Fix);
    }

    [Fact]
    public async Task An_endpoint_that_accepts_an_invitation_is_not_where_the_line_goes()
    {
        await using var app = await IdentityApp.StartAsync(new() { Endpoints = app => app.MapPost("/invites/{token}/accept", (string token) => Results.Ok(token)) });

        Assert.Equal("[TrackInviteSent] // on the endpoint that sends invites", (await LineAsync(app.Services, LifecycleEventNames.InviteSent)).Fix);
    }

    [Theory]
    [InlineData("POST /connect/token", "/api/login", "/connect/token")]
    [InlineData("POST /api/auth/sign-in", "/login", "/api/auth/sign-in")]
    [InlineData(null, "/login", "/api/logs")]
    public void The_endpoint_that_issues_tokens_is_known_by_its_name_or_is_the_login_of_an_API(string? expected, params string[] paths) => Assert.Equal(
        expected,
        CoverageCandidates.TokenEndpoint([.. paths.Select(path => new RouteEndpoint(
            _ => Task.CompletedTask, RoutePatternFactory.Parse(path), 0, new EndpointMetadataCollection(new HttpMethodMetadata(["POST"])), null))]));

    [Fact]
    public async Task An_attribute_on_a_page_is_named_with_the_page()
    {
        await using var app = await EndpointApp.StartAsync(_ => { }, pages: true);

        var line = await LineAsync(app.Services, LifecycleEventNames.InviteSent);

        Assert.Equal((CoverageStatus.Ready, "[TrackInviteSent] on /Invite"), (line.Status, line.Explanation));
    }

    [Fact]
    public async Task A_function_on_an_endpoint_may_make_any_event_and_the_report_says_so()
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            Endpoints = app => app.MapPost("/teams/{id}/members", (string id) => Results.Ok(id)).Track((string id) => new AccountAddedUser { GroupId = id, UserId = "peter" }),
        });

        var report = await app.Services.GetRequiredService<IIntileryCoverage>().GetReportAsync(Cancelled);

        Assert.Equal(
            ["POST /teams/{id}/members tracks events by a function (Track, TrackEach). Which ones is known when they happen: a line above may say that they are missing."],
            report.Hints);
    }

    [Fact]
    public async Task A_column_of_the_user_that_names_the_account_by_convention_captures_memberships()
    {
        await using var app = await IdentityApp.StartAsync(new() { ServicesBefore = services => services.AddDbContext<TeamsDb>(options => options.UseSqlite("Data Source=:memory:")) });

        var line = await LineAsync(app.Services, LifecycleEventNames.AccountAddedUser);

        Assert.Equal((CoverageStatus.Ready, "the column TeamUser.OrganizationId"), (line.Status, line.Explanation));
        await app.Services.GetRequiredService<CoverageLog>().Writing;
        Assert.DoesNotContain("Account Added User", app.Log.Ours.Single(line => line.Id == 22).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_are_found_in_a_context_that_is_none_of_Identitys_and_where_they_are_mapped()
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            ServicesBefore = services =>
            {
                services.AddDbContext<OwnUsersDb>(options => options.UseSqlite("Data Source=:memory:"));
                services.AddIntilery().MapUsers<Customer>(email: customer => customer.Address);
            },
        });

        Assert.Equal(
            "new users of AppDb (ASP.NET Core Identity); new users of OwnUsersDb (ASP.NET Core Identity); MapUsers<Customer>",
            (await LineAsync(app.Services, LifecycleEventNames.SignedUp)).Explanation);
    }

    [Fact]
    public async Task Entities_that_look_like_accounts_and_memberships_are_named_with_the_line_that_maps_them()
    {
        await using var app = await IdentityApp.StartAsync(new() { ServicesBefore = services => services.AddDbContext<UnmappedDb>(options => options.UseSqlite("Data Source=:memory:")) });

        var report = await app.Services.GetRequiredService<IIntileryCoverage>().GetReportAsync(Cancelled);

        Assert.Equal(
            [
                "UnmappedMember looks like a membership: builder.Services.AddIntilery().MapMemberships<UnmappedMember>(member => member.UserId, member => member.WorkspaceId, member => member.Role);",
                "Workspace looks like an account: builder.Services.AddIntilery().MapAccounts<Workspace>(workspace => workspace.Id, workspace => workspace.Name);",
                "Plan looks like a trial: builder.Services.AddIntilery().MapTrials<Plan>(it => it.Id, it => it.WorkspaceId, end: it => it.TrialEndsAt);",
            ],
            report.Hints);
        Assert.Equal(
            "builder.Services.AddIntilery().MapMemberships<UnmappedMember>(member => member.UserId, member => member.WorkspaceId, member => member.Role);",
            report.Events.Single(line => line.EventName == LifecycleEventNames.AccountAddedUser).Fix);
    }

    [Fact]
    public async Task A_wrong_claim_type_an_unwatched_context_a_token_login_and_unmapped_teams_are_all_found_with_their_cures()
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            Settings = new() { ["Intilery:Tenant:ClaimType"] = "wrong", ["Intillery:ClientId"] = "acme" },
            ServicesBefore = services => services.AddDbContext<UnmappedDb>(options => options.UseSqlite("Data Source=:memory:")),
            Services = services =>
            {
                services.AddScoped(_ => new BillingDb(new DbContextOptionsBuilder<BillingDb>().Options));
                services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, JwtBearerHandler>("Bearer", null);
                services.Configure<IdentityOptions>(options => options.ClaimsIdentity.EmailClaimType = "workspace_mail");
            },
            Endpoints = app =>
            {
                app.MapPost("/login", () => Results.Ok());
                app.MapPost("/api/auth/login", () => Results.Ok());
                app.MapPost("/workspaces/{id}/invitations", (string id) => Results.Ok(id));
            },
        });
        using var browser = app.OpenBrowser();
        await IdentityApp.RegisterAsync(browser);

        Assert.Equal(
            """
            Signed Up             Seen       new users of AppDb (ASP.NET Core Identity)
            Signed In             Seen       sessions of Identity.Application
            Signed Out            Ready      sessions of Identity.Application
            Account Created       Missing    No entity is mapped as an account, and no endpoint tracks one.
                                             builder.Services.AddIntilery().MapAccounts<Workspace>(workspace => workspace.Id, workspace => workspace.Name);
            Account Deleted       Missing    No entity is mapped as an account, and no endpoint tracks one.
                                             builder.Services.AddIntilery().MapAccounts<Workspace>(workspace => workspace.Id, workspace => workspace.Name);
            Account Added User    Missing    No entity is mapped as a membership. Without a mapping, only stored claims of type wrong are memberships.
                                             builder.Services.AddIntilery().MapMemberships<UnmappedMember>(member => member.UserId, member => member.WorkspaceId, member => member.Role);
            Account Removed User  Missing    No entity is mapped as a membership. Without a mapping, only stored claims of type wrong are memberships.
                                             builder.Services.AddIntilery().MapMemberships<UnmappedMember>(member => member.UserId, member => member.WorkspaceId, member => member.Role);
            Invite Sent           Missing    No endpoint tracks invites.
                                             [TrackInviteSent] // on POST /workspaces/{id}/invitations
            Trial Started         Missing    No entity is mapped as a trial, and no endpoint tracks one.
                                             builder.Services.AddIntilery().MapTrials<Plan>(it => it.Id, it => it.WorkspaceId, end: it => it.TrialEndsAt);
            Trial Ended           Missing    No entity is mapped as a trial, and no endpoint tracks one.
                                             builder.Services.AddIntilery().MapTrials<Plan>(it => it.Id, it => it.WorkspaceId, end: it => it.TrialEndsAt);
            ! The configuration has a section 'Intillery', which nothing reads: should it be 'Intilery'?
            ! 1 sign-in, and none with an account: no principal had a claim of type wrong. A principal had a claim of type workspace_mail. If that is the account's id, set "Intilery:Tenant:ClaimType": "workspace_mail", or call AddIntilery().UseTenantResolver<T>().
            ! BillingDb is not watched: it is registered without options. What is saved with it is not captured. Register it with AddDbContext<BillingDb>(…).
            ! Bearer only validates tokens, so sign-ins with them are not seen. If this application issues the tokens, track that: [TrackSignedIn] on POST /api/auth/login, or await tracker.TrackAsync(new SignedIn { UserId = user.Id }).
            ! UnmappedMember looks like a membership: builder.Services.AddIntilery().MapMemberships<UnmappedMember>(member => member.UserId, member => member.WorkspaceId, member => member.Role);
            ! Workspace looks like an account: builder.Services.AddIntilery().MapAccounts<Workspace>(workspace => workspace.Id, workspace => workspace.Name);
            ! Plan looks like a trial: builder.Services.AddIntilery().MapTrials<Plan>(it => it.Id, it => it.WorkspaceId, end: it => it.TrialEndsAt);

            """,
            await ReportAsync(app.Services));
    }

    [Fact]
    public async Task A_principal_with_the_usual_claims_alone_needs_one_that_names_its_account()
    {
        await using var app = await IdentityApp.StartAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.RegisterAsync(browser);

        var report = await app.Services.GetRequiredService<IIntileryCoverage>().GetReportAsync(Cancelled);

        Assert.Equal(
            ["1 sign-in, and none with an account: no principal had a claim of type tenant_id or org_id or organization_id. A principal had standard claims alone. Add a claim of type tenant_id with the account's id where the principal is made, or call AddIntilery().UseTenantResolver<T>()."],
            report.Hints);

        app.Services.GetRequiredService<LifecycleActivity>().ClaimTypesWithoutTenant = ["sub", "team", "plan"];
        Assert.Contains(
            "A principal had claims of the types team, plan. Set Intilery:Tenant:ClaimType to the one that has the account's id, or call",
            await ReportAsync(app.Services),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_memberships_are_mapped_the_sign_in_after_a_sign_up_needs_no_account_and_a_later_one_does()
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            ServicesBefore = services =>
            {
                services.AddDbContext<UnmappedDb>(options => options.UseSqlite("Data Source=:memory:"));
                services.AddIntilery().MapMemberships<UnmappedMember>(member => member.UserId, member => member.WorkspaceId, member => member.Role);
            },
        });
        using var browser = app.OpenBrowser();
        await IdentityApp.RegisterAsync(browser);
        Assert.DoesNotContain("and none with an account", await ReportAsync(app.Services), StringComparison.Ordinal);

        app.Services.GetRequiredService<LifecycleActivity>().Counted(LifecycleEventNames.SignedIn, hasAccount: false);

        Assert.Contains("2 sign-ins, and none with an account", await ReportAsync(app.Services), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_store_that_is_not_of_EF_Core_and_a_key_that_means_nothing_are_named()
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            Settings = new() { ["Intilery:AuthTokn"] = "a typing error" },
            Services = services => services.AddScoped<IUserStore<Guest>, GuestStore>(),
        });

        var report = await app.Services.GetRequiredService<IIntileryCoverage>().GetReportAsync(Cancelled);

        Assert.Equal(
            [
                "The configuration's key Intilery:AuthTokn is unknown, perhaps misspelled.",
                "GuestStore is not watched: it is not a store of EF Core. Track sign-ups in its code: await tracker.TrackAsync(new SignedUp { UserId = user.Id }).",
            ],
            report.Hints);
    }

    [Fact]
    public async Task A_worker_without_authentication_cannot_have_sessions()
    {
        using var host = WorkerHost.Create("Development", new Dictionary<string, string?>());
        await host.RunAsync();

        var report = await host.Services.GetRequiredService<IIntileryCoverage>().GetReportAsync(Cancelled);

        Assert.Equal(
            (CoverageStatus.Impossible, "The application has no authentication.", null),
            (report.Events[1].Status, report.Events[1].Reason, report.Events[1].Fix));
    }

    [Fact]
    public async Task Switched_off_nothing_is_captured()
    {
        await using var app = await IdentityApp.StartAsync(new() { Settings = new() { ["Intilery:Enabled"] = "false" } });

        var report = await app.Services.GetRequiredService<IIntileryCoverage>().GetReportAsync(Cancelled);

        Assert.All(report.Events, line => Assert.Equal((CoverageStatus.Impossible, "Tracking is switched off by Intilery:Enabled."), (line.Status, line.Reason)));
    }

    [Fact]
    public async Task Without_the_one_line_it_is_the_line_that_is_missing()
    {
        await using var app = await IdentityApp.StartAsync(new() { WriteTheLine = false });

        var report = await app.Services.GetRequiredService<IIntileryCoverage>().GetReportAsync(Cancelled);

        Assert.All(report.Events, line => Assert.Equal((CoverageStatus.Missing, "app.UseIntileryLifecycleTracking();"), (line.Status, line.Fix)));
    }

    [Fact]
    public async Task In_Production_one_line_of_the_log_sums_up_what_is_not_captured()
    {
        await using var app = await IdentityApp.StartAsync();
        await app.Services.GetRequiredService<CoverageLog>().Writing;

        var line = Assert.Single(app.Log.Ours, line => line.Id is 21 or 22);
        Assert.Equal(
            "Of the specification's ten events this application captures 3. Not captured: Account Created, Account Deleted, Account Added User, Account Removed User, "
            + "Invite Sent, Trial Started, Trial Ended. 'dotnet run -- intilery doctor' prints the reasons.",
            line.Message);
        Assert.Equal(LogLevel.Information, line.Level);
    }

    [Fact]
    public async Task In_Development_each_event_that_is_not_captured_has_a_line_with_its_cure()
    {
        await using var app = await IdentityApp.StartAsync(new() { Environment = "Development" });
        await app.Services.GetRequiredService<CoverageLog>().Writing;

        var lines = app.Log.Ours.Where(line => line.Id is 21 or 22).ToList();
        Assert.Equal(7, lines.Count);
        Assert.Equal(
            "Invite Sent is not captured (Missing): No endpoint tracks invites. Add [TrackInviteSent] // on the endpoint that sends invites",
            lines[4].Message);
    }

    private static async Task<string> ReportAsync(IServiceProvider services) =>
        (await services.GetRequiredService<IIntileryCoverage>().GetReportAsync(Cancelled)).ToString();

    private static async Task<CoverageLine> LineAsync(IServiceProvider services, string name) =>
        (await services.GetRequiredService<IIntileryCoverage>().GetReportAsync(Cancelled)).Events.Single(line => line.EventName == name);

    private sealed class OwnUsersDb(DbContextOptions<OwnUsersDb> options) : DbContext(options)
    {
        public DbSet<IdentityUser<int>> Users => Set<IdentityUser<int>>();

        public DbSet<Customer> Customers => Set<Customer>();
    }

    private sealed class Customer
    {
        public int Id { get; init; }

        public string? Address { get; init; }
    }

    private sealed class UnmappedDb(DbContextOptions<UnmappedDb> options) : DbContext(options)
    {
        public DbSet<Workspace> Workspaces => Set<Workspace>();

        public DbSet<UnmappedMember> Members => Set<UnmappedMember>();

        public DbSet<Plan> Plans => Set<Plan>();
    }

    private sealed class BillingDb(DbContextOptions<BillingDb> options) : DbContext(options);

    private sealed class Workspace
    {
        public int Id { get; init; }

        public required string Name { get; init; }
    }

    private sealed class UnmappedMember
    {
        public int Id { get; init; }

        public required string UserId { get; init; }

        public int WorkspaceId { get; init; }

        public required string Role { get; init; }
    }

    private sealed class Plan
    {
        public int Id { get; init; }

        public int WorkspaceId { get; init; }

        public DateTimeOffset TrialEndsAt { get; init; }
    }

    private sealed class Guest;

    private sealed class GuestStore : IUserStore<Guest>
    {
        public void Dispose()
        {
        }

        public Task<IdentityResult> CreateAsync(Guest user, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IdentityResult> DeleteAsync(Guest user, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Guest?> FindByIdAsync(string userId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Guest?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string?> GetNormalizedUserNameAsync(Guest user, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string> GetUserIdAsync(Guest user, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string?> GetUserNameAsync(Guest user, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task SetNormalizedUserNameAsync(Guest user, string? normalizedName, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task SetUserNameAsync(Guest user, string? userName, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IdentityResult> UpdateAsync(Guest user, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    // Known by its name: the real one is of a package that tests do without.
    private sealed class JwtBearerHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(AuthenticateResult.NoResult());
    }
}
