extern alias teams;

using Intilery.AspNetCore.Testing;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Hosting;

/// <summary>The coverage report of what Microsoft's templates make, each by its own <c>Program.cs</c>, and of the sample that has everything.</summary>
public sealed class TemplateCoverageTests : IDisposable
{
    // The same of all: a template knows no accounts.
    private const string WithoutAccounts =
        """
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

        """;

    private readonly TemporaryFile _database = new("coverage.db");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public Task Razor_Pages_with_individual_accounts() => AssertAsync(
        """
        Signed Up             Ready      new users of AppDb (ASP.NET Core Identity)
        Signed In             Ready      sessions of Identity.Application
        Signed Out            Ready      sessions of Identity.Application

        """ + WithoutAccounts,
        builder =>
        {
            builder.Services.AddDefaultIdentity<IdentityUser>(options => options.SignIn.RequireConfirmedAccount = true).AddEntityFrameworkStores<AppDb>();
            builder.Services.AddRazorPages();
        },
        app =>
        {
            app.UseRouting();
            app.UseAuthorization();
            app.MapRazorPages();
        });

    [Fact]
    public Task MVC_with_individual_accounts() => AssertAsync(
        """
        Signed Up             Ready      new users of AppDb (ASP.NET Core Identity)
        Signed In             Ready      sessions of Identity.Application
        Signed Out            Ready      sessions of Identity.Application

        """ + WithoutAccounts,
        builder =>
        {
            builder.Services.AddDefaultIdentity<IdentityUser>(options => options.SignIn.RequireConfirmedAccount = true).AddEntityFrameworkStores<AppDb>();

            // The assembly of the tests has controllers of many applications.
            builder.Services.AddControllersWithViews().ConfigureApplicationPartManager(manager => manager.ApplicationParts.Remove(
                manager.ApplicationParts.Single(part => part.Name == typeof(TemplateCoverageTests).Assembly.GetName().Name)));
        },
        app =>
        {
            app.UseRouting();
            app.UseAuthorization();
            app.MapControllerRoute("default", "{controller=Home}/{action=Index}/{id?}");
            app.MapRazorPages();
        });

    [Fact]
    public Task A_Blazor_Web_App_with_individual_accounts() => AssertAsync(
        """
        Signed Up             Ready      new users of AppDb (ASP.NET Core Identity)
        Signed In             Ready      sessions of Identity.Application
        Signed Out            Ready      sessions of Identity.Application

        """ + WithoutAccounts,
        builder =>
        {
            builder.Services.AddRazorComponents().AddInteractiveServerComponents();
            builder.Services.AddCascadingAuthenticationState();
            builder.Services.AddAuthentication(options =>
            {
                options.DefaultScheme = IdentityConstants.ApplicationScheme;
                options.DefaultSignInScheme = IdentityConstants.ExternalScheme;
            }).AddIdentityCookies();
            builder.Services.AddIdentityCore<IdentityUser>(options => options.SignIn.RequireConfirmedAccount = true)
                .AddEntityFrameworkStores<AppDb>()
                .AddSignInManager()
                .AddDefaultTokenProviders();
        },
        app =>
        {
            app.UseAntiforgery();
            app.MapRazorComponents<ComponentsApp>().AddInteractiveServerRenderMode();
            app.MapGroup("/Account").MapPost("/Logout", (SignInManager<IdentityUser> signIns) => signIns.SignOutAsync());
        });

    [Fact]
    public Task A_web_API_with_Identitys_endpoints() => AssertAsync(
        """
        Signed Up             Ready      new users of AppDb (ASP.NET Core Identity)
        Signed In             Ready      sessions of Identity.Bearer, Identity.Application
        Signed Out            Ready      sessions of Identity.Bearer, Identity.Application

        """ + WithoutAccounts,
        builder =>
        {
            builder.Services.AddAuthorization();
            builder.Services.AddIdentityApiEndpoints<IdentityUser>().AddEntityFrameworkStores<AppDb>();
        },
        app =>
        {
            app.UseAuthorization();
            app.MapIdentityApi<IdentityUser>();
        });

    [Fact]
    public async Task TeamsApp_captures_all_ten()
    {
        await using var factory = new WebApplicationFactory<teams::Program>();
        await using var app = factory
            .WithWebHostBuilder(host => host.UseSetting("ConnectionStrings:Teams", $"Data Source={_database.Path};Pooling=False"))
            .WithIntileryRecorder();
        using var client = app.CreateClient();

        var report = await app.GetIntileryRecorder().AssertCoveredAsync(LifecycleEventNames.All, Cancelled);

        Assert.Equal(
            """
            Signed Up             Ready      new users of TeamsDbContext (ASP.NET Core Identity)
            Signed In             Ready      sessions of Identity.Application
            Signed Out            Ready      sessions of Identity.Application
            Account Created       Ready      MapAccounts<Team>; [TrackAccountCreated] on POST /teams
            Account Deleted       Ready      MapAccounts<Team>; [TrackAccountDeleted] on POST /teams/{teamId:guid}/delete
            Account Added User    Ready      MapMemberships<TeamMember>; [TrackAccountAddedUser] on POST /invites/{id:guid}/accept
            Account Removed User  Ready      MapMemberships<TeamMember>; [TrackAccountRemovedUser] on POST /teams/{teamId:guid}/members/{userId}/remove
            Invite Sent           Ready      [TrackInviteSent] on POST /teams/{teamId:guid}/invites
            Trial Started         Ready      MapTrials<Subscription>; [TrackTrialStarted] on POST /api/teams/{teamId:guid}/trial/
            Trial Ended           Ready      MapTrials<Subscription>; the trial clock, at the end of a trial that was started; [TrackTrialEnded] on POST /api/teams/{teamId:guid}/trial/end

            """,
            report.ToString());
    }

    public void Dispose() => _database.Dispose();

    private static async Task AssertAsync(string expected, Action<WebApplicationBuilder> build, Action<WebApplication> configure)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddDbContext<AppDb>(options => options.UseSqlite("Data Source=:memory:"));
        builder.Services.AddIntileryRecorder();
        build(builder);
        await using var app = builder.Build();
        app.UseIntileryLifecycleTracking();
        configure(app);
        await app.StartAsync(Cancelled);

        var report = await app.Services.GetIntileryRecorder().AssertCoveredAsync(
            [LifecycleEventNames.SignedUp, LifecycleEventNames.SignedIn, LifecycleEventNames.SignedOut], Cancelled);

        Assert.Equal(expected, report.ToString());
        await app.StopAsync(Cancelled);
    }
}
