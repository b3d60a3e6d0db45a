using System.Globalization;
using System.Net;
using System.Reflection;
using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Trials;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Applications;

/// <summary>
/// An MVC back office of scaffolded pages, which save what the form has bound and never load a row. Rows belong to a company: an interceptor of the
/// application's own stamps them, and query filters hide those of the others.
/// </summary>
public sealed class BackOfficeTests : IDisposable
{
    private const string Password = "Pa55word!";

    private readonly TestDatabase _database = TestDatabase.Sqlite();
    private readonly ObservedClock _clock = new();

    [Fact]
    public async Task Whatever_a_scaffolded_page_saves_is_the_event_that_it_means()
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();

        await IdentityApp.RegisterAsync(browser, "peter@example.com", Password);
        var peter = await IdOfAsync(app, "peter@example.com");
        await app.AssertSentAsync(
            $$"""
            { "userId": "{{peter}}", "type": "identify", "event": "identify", "traits": { "email": "peter@example.com", "username": "peter@example.com" },
              "context": { "page": { "path": "/Identity/Account/Register" } } }
            """,
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Signed Up",
              "properties": { "type": "organic", "email": "peter@example.com", "username": "peter@example.com" },
              "context": { "page": { "path": "/Identity/Account/Register" } } }
            """,
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Signed In", "properties": { "username": "peter@example.com" },
              "context": { "page": { "path": "/Identity/Account/Register" } } }
            """);

        await SubmitAsync(browser, "/Companies/Create", ("Name", "Initech"));
        await SubmitAsync(browser, "/Companies/Edit/1", ("Id", "1"), ("Name", "Initrode"));
        await SubmitAsync(browser, "/Subscriptions/Create", ("Plan", "Business"), ("StartsAt", "2026-03-01"), ("EndsAt", "2026-03-10"), ("IsTrial", "true"));
        await SubmitAsync(browser, "/Subscriptions/Edit/1", ("Id", "1"), ("Plan", "Business"), ("StartsAt", "2026-03-01"), ("EndsAt", "2026-03-11"), ("IsTrial", "true"));
        await app.AssertSentAsync(
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Account Created", "properties": { "account_name": "Initech" },
              "context": { "groupId": "1", "page": { "path": "/Companies/Create" } } }
            """,
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Account Added User", "properties": { "role": "Owner" },
              "context": { "groupId": "1", "page": { "path": "/Companies/Create" } } }
            """,
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Trial Started",
              "properties": { "trial_start_date": "2026-03-01T00:00:00Z", "trial_end_date": "2026-03-10T00:00:00Z", "trial_plan_name": "Business" },
              "context": { "groupId": "1", "page": { "path": "/Subscriptions/Create" } } }
            """);

        // One leaves, and the row stays; the other's row is removed by its key alone.
        await SubmitAsync(browser, "/Members/Create", ("Email", "samir@example.com"), ("Role", "Editor"));
        await SubmitAsync(browser, "/Members/Create", ("Email", "milton@example.com"), ("Role", "Reader"));
        var (samir, milton) = (await IdOfAsync(app, "samir@example.com"), await IdOfAsync(app, "milton@example.com"));
        await SubmitAsync(browser, "/Members/Edit/2", ("Id", "2"), ("UserId", samir), ("Role", "Reader"));
        await SubmitAsync(browser, "/Members/Edit/2", ("Id", "2"), ("UserId", samir), ("Role", "Reader"), ("LeftAt", "2026-03-01"));
        await SubmitAsync(browser, "/Members/Delete/3");
        await app.AssertSentAsync(
            $$"""
            { "userId": "{{samir}}", "type": "identify", "event": "identify", "traits": { "email": "samir@example.com", "username": "samir@example.com" },
              "context": { "groupId": "1" } }
            """,
            $$"""
            { "userId": "{{samir}}", "type": "track", "event": "Signed Up",
              "properties": { "type": "invited", "email": "samir@example.com", "username": "samir@example.com" },
              "context": { "groupId": "1" } }
            """,
            $$"""
            { "userId": "{{samir}}", "type": "track", "event": "Account Added User", "properties": { "role": "Editor" },
              "context": { "groupId": "1" } }
            """,
            $$"""
            { "userId": "{{milton}}", "type": "identify", "event": "identify", "traits": { "email": "milton@example.com", "username": "milton@example.com" },
              "context": { "groupId": "1" } }
            """,
            $$"""
            { "userId": "{{milton}}", "type": "track", "event": "Signed Up",
              "properties": { "type": "invited", "email": "milton@example.com", "username": "milton@example.com" },
              "context": { "groupId": "1" } }
            """,
            $$"""
            { "userId": "{{milton}}", "type": "track", "event": "Account Added User", "properties": { "role": "Reader" },
              "context": { "groupId": "1" } }
            """,
            $$"""
            { "userId": "{{samir}}", "type": "track", "event": "Account Removed User", "properties": {},
              "context": { "groupId": "1" } }
            """,
            $$"""
            { "userId": "{{milton}}", "type": "track", "event": "Account Removed User", "properties": {},
              "context": { "groupId": "1" } }
            """);

        // A trial that is bought has ended, and does not end again; one is deleted; one comes to its end.
        await SubmitAsync(browser, "/Subscriptions/Edit/1", ("Id", "1"), ("Plan", "Business"), ("StartsAt", "2026-03-01"), ("EndsAt", "2026-03-11"), ("IsTrial", "false"));
        await SubmitAsync(browser, "/Subscriptions/Create", ("Plan", "Reports"), ("StartsAt", "2026-03-01"), ("EndsAt", "2026-03-09"), ("IsTrial", "true"));
        await SubmitAsync(browser, "/Subscriptions/Delete/2");
        await SubmitAsync(browser, "/Subscriptions/Create", ("Plan", "Archive"), ("StartsAt", "2026-03-01"), ("EndsAt", "2026-03-12"), ("IsTrial", "true"));
        await app.AssertSentAsync(
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Trial Ended",
              "properties": { "trial_start_date": "2026-03-01T00:00:00Z", "trial_end_date": "2026-03-11T00:00:00Z", "trial_plan_name": "Business" },
              "context": { "groupId": "1", "page": { "path": "/Subscriptions/Edit/{id}" } } }
            """,
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Trial Started",
              "properties": { "trial_start_date": "2026-03-01T00:00:00Z", "trial_end_date": "2026-03-09T00:00:00Z", "trial_plan_name": "Reports" },
              "context": { "groupId": "1", "page": { "path": "/Subscriptions/Create" } } }
            """,
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Trial Ended",
              "properties": { "trial_start_date": "2026-03-01T00:00:00Z", "trial_end_date": "2026-03-09T00:00:00Z", "trial_plan_name": "Reports" },
              "context": { "groupId": "1", "page": { "path": "/Subscriptions/Delete/{id}" } } }
            """,
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Trial Started",
              "properties": { "trial_start_date": "2026-03-01T00:00:00Z", "trial_end_date": "2026-03-12T00:00:00Z", "trial_plan_name": "Archive" },
              "context": { "groupId": "1", "page": { "path": "/Subscriptions/Create" } } }
            """);

        // No request is under way, whose time would pass too; and the trial clock has looked since the last trial came, and sleeps.
        await app.EmptyAsync();
        await _clock.PassAsync(TrialClock.LongestSleep);
        await _clock.PassAsync(TrialClock.LongestSleep);
        await _clock.WaitedForAsync(TrialClock.LongestSleep);
        _clock.Advance(TimeSpan.FromDays(11));
        await app.AssertSentAsync(
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Trial Ended",
              "properties": { "trial_start_date": "2026-03-01T00:00:00Z", "trial_end_date": "2026-03-12T00:00:00Z", "trial_plan_name": "Archive" },
              "context": { "groupId": "1" } }
            """);

        // A company is archived by its page, the next is removed by its key alone, with its members. Days have passed since anything was told of Peter.
        await SubmitAsync(browser, "/Companies/Edit/1", ("Id", "1"), ("Name", "Initrode (closed)"), ("IsArchived", "true"));
        await SubmitAsync(browser, "/Companies/Create", ("Name", "Chotchkies"));
        await SubmitAsync(browser, "/Companies/Delete/2");
        await IdentityApp.SignOutAsync(browser);
        await app.AssertSentAsync(
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Account Deleted", "properties": { "account_name": "Initrode" },
              "context": { "groupId": "1", "page": { "path": "/Companies/Edit/{id}" } } }
            """,
            $$"""
            { "userId": "{{peter}}", "type": "identify", "event": "identify", "traits": { "email": "peter@example.com", "username": "peter@example.com" },
              "context": { "groupId": "2", "page": { "path": "/Companies/Create" } } }
            """,
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Account Created", "properties": { "account_name": "Chotchkies" },
              "context": { "groupId": "2", "page": { "path": "/Companies/Create" } } }
            """,
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Account Added User", "properties": { "role": "Owner" },
              "context": { "groupId": "2", "page": { "path": "/Companies/Create" } } }
            """,
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Account Deleted", "properties": { "account_name": "Chotchkies" },
              "context": { "groupId": "2", "page": { "path": "/Companies/Delete/{id}" } } }
            """,
            $$"""
            { "userId": "{{peter}}", "type": "track", "event": "Signed Out", "properties": { "username": "peter@example.com" },
              "context": { "groupId": "2", "page": { "path": "/Identity/Account/Logout" } } }
            """);

        // Who has just registered is in no company yet.
        await app.AssertEndAsync(110);
    }

    [Fact]
    public async Task Its_coverage_names_the_mappings_and_lacks_the_invitations_that_it_does_not_have()
    {
        await using var app = await StartAsync();

        Assert.Equal(
            """
            Signed Up             Ready      new users of BackOfficeDb (ASP.NET Core Identity)
            Signed In             Ready      sessions of Identity.Application
            Signed Out            Ready      sessions of Identity.Application
            Account Created       Ready      MapAccounts<Company>
            Account Deleted       Ready      MapAccounts<Company>
            Account Added User    Ready      MapMemberships<Membership>
            Account Removed User  Ready      MapMemberships<Membership>
            Invite Sent           Missing    No endpoint tracks invites.
                                             [TrackInviteSent] // on the endpoint that sends invites
            Trial Started         Ready      MapTrials<Subscription>
            Trial Ended           Ready      MapTrials<Subscription>; the trial clock, at the end of a trial that was started

            """,
            await app.CoverageAsync());
    }

    public void Dispose() => _database.Dispose();

    private static async Task SubmitAsync(TestBrowser browser, string path, params (string Name, string Value)[] fields)
    {
        using var response = await browser.SubmitAsync(path, fields);
        Assert.True(response.StatusCode == HttpStatusCode.Redirect, $"{path}: {response.StatusCode} {await response.Content.ReadAsStringAsync()}");
    }

    private static Task<string> IdOfAsync(HostedApplication app, string email) => app.WithScopeAsync(async services =>
        (await services.GetRequiredService<UserManager<IdentityUser>>().FindByEmailAsync(email))!.Id);

    private Task<HostedApplication> StartAsync() => HostedApplication.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(_clock);
            builder.Services.AddHttpContextAccessor();
            builder.Services.AddScoped<CurrentCompany>();
            builder.Services.AddScoped<CompanyStamp>();
            builder.Services.AddDbContext<BackOfficeDb>((services, options) =>
            {
                _database.Configure(options);
                options.AddInterceptors(services.GetRequiredService<CompanyStamp>());
            });
            builder.Services.AddDefaultIdentity<IdentityUser>().AddEntityFrameworkStores<BackOfficeDb>().AddClaimsPrincipalFactory<CompanyPrincipalFactory>();
            builder.Services.Configure<PasswordHasherOptions>(options => options.IterationCount = 1);
            builder.Services.AddControllersWithViews().ConfigureApplicationPartManager(manager =>
            {
                // The assembly of the tests holds many applications.
                manager.FeatureProviders.Remove(manager.FeatureProviders.OfType<ControllerFeatureProvider>().Single());
                manager.FeatureProviders.Add(new Controllers());
            });

            // The sample's compiled _LoginPartial, which Identity's layout asks for.
            builder.Services.AddRazorPages().AddApplicationPart(typeof(global::Program).Assembly);
            builder.Services.AddIntilery()
                .MapAccounts<Company>(company => company.Id, company => company.Name, isDeleted: company => company.IsArchived)
                .MapMemberships<Membership>(member => member.UserId, member => member.CompanyId, member => member.Role, isDeleted: member => member.LeftAt != null)
                .MapTrials<Subscription>(
                    subscription => subscription.Id,
                    subscription => subscription.CompanyId,
                    end: subscription => subscription.EndsAt,
                    start: subscription => subscription.StartsAt,
                    plan: subscription => subscription.Plan,
                    isTrial: subscription => subscription.IsTrial);
        },
        async app =>
        {
            await using (var scope = app.Services.CreateAsyncScope())
            {
                await scope.ServiceProvider.GetRequiredService<BackOfficeDb>().Database.EnsureCreatedAsync();
            }

            app.UseIntileryLifecycleTracking();
            app.MapControllerRoute("default", "{controller=Home}/{action=Index}/{id?}");
            app.MapRazorPages();
        },
        ("Intilery:Tenant:ClaimType", "company"),
        ("Intilery:Outbox:SingleInstance", "true"));

    /// <summary>A page whose form has the token against forgery; a test fills the rest in.</summary>
    [Authorize]
    public abstract class FormController : Controller
    {
        [HttpGet]
        public IActionResult Create() => Form();

        [HttpGet]
        public IActionResult Edit() => Form();

        [HttpGet]
        public IActionResult Delete() => Form();

        protected async Task<IActionResult> SaveAsync(DbContext context)
        {
            await context.SaveChangesAsync();
            return RedirectToAction("Index", "Home");
        }

        protected IActionResult Form()
        {
            var token = HttpContext.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(HttpContext);
            return Content($"<form method=\"post\"><input name=\"{token.FormFieldName}\" value=\"{token.RequestToken}\"></form>", "text/html");
        }
    }

    public sealed class CompaniesController(BackOfficeDb context, CurrentCompany current, SignInManager<IdentityUser> signIns) : FormController
    {
        [HttpPost, ValidateAntiForgeryToken]
        public async Task<IActionResult> Create([Bind("Name")] Company company)
        {
            var user = (await signIns.UserManager.GetUserAsync(User))!;
            context.Add(company);
            await context.SaveChangesAsync();
            current.Enter(company.Id);
            context.Add(new Membership { UserId = user.Id, Role = "Owner" });
            await context.SaveChangesAsync();
            await signIns.RefreshSignInAsync(user);
            return RedirectToAction("Index", "Home");
        }

        [HttpPost, ValidateAntiForgeryToken]
        public Task<IActionResult> Edit(int id, [Bind("Id,Name,IsArchived")] Company company)
        {
            context.Update(company);
            return SaveAsync(context);
        }

        [HttpPost, ActionName("Delete"), ValidateAntiForgeryToken]
        public Task<IActionResult> DeleteConfirmed(int id)
        {
            context.Remove(new Company { Id = id });
            return SaveAsync(context);
        }
    }

    public sealed class MembersController(BackOfficeDb context, UserManager<IdentityUser> users) : FormController
    {
        [HttpPost, ValidateAntiForgeryToken]
        public async Task<IActionResult> Create(string email, string role)
        {
            var user = new IdentityUser(email) { Email = email, EmailConfirmed = true };
            if (!(await users.CreateAsync(user, Password)).Succeeded)
            {
                return Form();
            }

            context.Add(new Membership { UserId = user.Id, Role = role });
            return await SaveAsync(context);
        }

        [HttpPost, ValidateAntiForgeryToken]
        public Task<IActionResult> Edit(int id, [Bind("Id,UserId,Role,LeftAt")] Membership membership)
        {
            context.Update(membership);
            return SaveAsync(context);
        }

        [HttpPost, ActionName("Delete"), ValidateAntiForgeryToken]
        public Task<IActionResult> DeleteConfirmed(int id)
        {
            context.Remove(new Membership { Id = id });
            return SaveAsync(context);
        }
    }

    public sealed class SubscriptionsController(BackOfficeDb context) : FormController
    {
        [HttpPost, ValidateAntiForgeryToken]
        public Task<IActionResult> Create([Bind("Plan,StartsAt,EndsAt,IsTrial")] Subscription subscription)
        {
            context.Add(subscription);
            return SaveAsync(context);
        }

        [HttpPost, ValidateAntiForgeryToken]
        public Task<IActionResult> Edit(int id, [Bind("Id,Plan,StartsAt,EndsAt,IsTrial")] Subscription subscription)
        {
            context.Update(subscription);
            return SaveAsync(context);
        }

        [HttpPost, ActionName("Delete"), ValidateAntiForgeryToken]
        public Task<IActionResult> DeleteConfirmed(int id)
        {
            context.Remove(new Subscription { Id = id });
            return SaveAsync(context);
        }
    }

    public interface IOfCompany
    {
        int CompanyId { get; set; }
    }

    public sealed class Company
    {
        public int Id { get; set; }

        public string? Name { get; set; }

        public bool IsArchived { get; set; }
    }

    public sealed class Membership : IOfCompany
    {
        public int Id { get; set; }

        public int CompanyId { get; set; }

        public string UserId { get; set; } = null!;

        public string? Role { get; set; }

        public DateTime? LeftAt { get; set; }
    }

    public sealed class Subscription : IOfCompany
    {
        public int Id { get; set; }

        public int CompanyId { get; set; }

        public string? Plan { get; set; }

        public DateTime StartsAt { get; set; }

        public DateTime EndsAt { get; set; }

        public bool IsTrial { get; set; }
    }

    /// <summary>The company of the session, or the one that the request has just made.</summary>
    public sealed class CurrentCompany(IHttpContextAccessor accessor)
    {
        private int? _entered;

        public int? Id => _entered ?? (accessor.HttpContext?.User.FindFirstValue("company") is { } claim ? int.Parse(claim, CultureInfo.InvariantCulture) : null);

        public void Enter(int id) => _entered = id;
    }

    public sealed class BackOfficeDb(DbContextOptions<BackOfficeDb> options, CurrentCompany current) : IdentityDbContext(options)
    {
        public DbSet<Company> Companies => Set<Company>();

        public DbSet<Membership> Memberships => Set<Membership>();

        public DbSet<Subscription> Subscriptions => Set<Subscription>();

        private int? CompanyId => current.Id;

        protected override void OnModelCreating(ModelBuilder builder)
        {
            base.OnModelCreating(builder);
            builder.Entity<Company>().HasQueryFilter(company => company.Id == CompanyId);
            builder.Entity<Membership>().HasQueryFilter(member => member.CompanyId == CompanyId);
            builder.Entity<Membership>().HasOne<Company>().WithMany().HasForeignKey(member => member.CompanyId);
            builder.Entity<Membership>().HasOne<IdentityUser>().WithMany().HasForeignKey(member => member.UserId);
            builder.Entity<Subscription>().HasQueryFilter(subscription => subscription.CompanyId == CompanyId);
            builder.Entity<Subscription>().HasOne<Company>().WithMany().HasForeignKey(subscription => subscription.CompanyId);
        }
    }

    private sealed class CompanyStamp(CurrentCompany current) : SaveChangesInterceptor
    {
        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            foreach (var entry in eventData.Context!.ChangeTracker.Entries<IOfCompany>().Where(entry => entry.State is EntityState.Added or EntityState.Modified))
            {
                entry.Entity.CompanyId = current.Id ?? throw new InvalidOperationException("There is no company.");
            }

            return new(result);
        }
    }

    private sealed class CompanyPrincipalFactory(UserManager<IdentityUser> users, IOptions<IdentityOptions> options, BackOfficeDb context)
        : UserClaimsPrincipalFactory<IdentityUser>(users, options)
    {
        protected override async Task<ClaimsIdentity> GenerateClaimsAsync(IdentityUser user)
        {
            var identity = await base.GenerateClaimsAsync(user);
            var company = await context.Memberships.IgnoreQueryFilters()
                .Where(member => member.UserId == user.Id && member.LeftAt == null)
                .OrderByDescending(member => member.Id)
                .Select(member => (int?)member.CompanyId)
                .FirstOrDefaultAsync();
            if (company is not null)
            {
                identity.AddClaim(new Claim("company", $"{company}"));
            }

            return identity;
        }
    }

    private sealed class Controllers : ControllerFeatureProvider
    {
        protected override bool IsController(TypeInfo typeInfo) => typeInfo.IsSubclassOf(typeof(FormController));
    }
}
