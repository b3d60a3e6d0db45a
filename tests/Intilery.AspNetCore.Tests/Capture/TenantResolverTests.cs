using System.Collections.Concurrent;
using System.Security.Claims;
using Intilery.AspNetCore.Tests.Documentation;
using Intilery.AspNetCore.Tests.Documentation.Snippets;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Capture;

/// <summary>The application's own word on tenants, in every kind of event.</summary>
public sealed class TenantResolverTests
{
    [Fact]
    public async Task The_host_is_the_tenant_of_a_registration_and_of_all_that_follows()
    {
        await using var app = await StartAsync<SubdomainTenants>();
        using var browser = app.OpenBrowser();
        browser.Client.BaseAddress = new Uri("http://acme.example.test");

        await RegisterAsync(browser);
        using var told = await browser.PostAsync("/export");
        await IdentityApp.SignOutAsync(browser);

        Assert.Equal(
            ["identify acme", "Signed Up acme", "Signed In acme", "Report Exported acme", "Signed Out acme"],
            await EventsAsync(app));
    }

    [Fact]
    public async Task A_multi_tenancy_librarys_current_tenant_is_the_tenant()
    {
        await using var app = await StartAsync<CurrentTenantResolver>(
            services => services.AddSingleton<ITenantContextAccessor, TenantContextAccessor>(),
            app => app.Use((context, next) =>
            {
                context.RequestServices.GetRequiredService<ITenantContextAccessor>().TenantInfo = new TenantInfo("initech");
                return next(context);
            }));
        using var browser = app.OpenBrowser();

        await RegisterAsync(browser);

        Assert.Equal(["identify initech", "Signed Up initech", "Signed In initech"], await EventsAsync(app));
    }

    [Fact]
    public async Task It_is_taken_from_the_requests_own_services()
    {
        await using var app = await StartAsync<ScopedResolver>(
            services => services.AddScoped<CurrentTenant>(),
            app => app.Use((context, next) =>
            {
                context.RequestServices.GetRequiredService<CurrentTenant>().Id = "globex";
                return next(context);
            }));
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);

        Assert.Equal(["identify globex", "Signed In globex"], await EventsAsync(app));
    }

    [Fact]
    public async Task It_sees_who_is_signed_in_and_out_and_not_who_was_there_before()
    {
        await using var app = await StartAsync<PrincipalResolver>();
        var userId = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);
        using var told = await browser.PostAsync("/export");
        await IdentityApp.SignOutAsync(browser);

        Assert.Equal(
            [$"identify SignIn-{userId}", $"Signed In SignIn-{userId}", $"Report Exported Event-{userId}", $"Signed Out SignOut-{userId}"],
            await EventsAsync(app));
    }

    [Fact]
    public async Task A_cookie_principal_is_complete_when_it_is_asked()
    {
        await using var app = await StartAsync<LateClaimResolver>(services => services.ConfigureApplicationCookie(options =>
            options.Events.OnSigningIn = context =>
            {
                ((ClaimsIdentity)context.Principal!.Identity!).AddClaim(new Claim("late", "hooli"));
                return Task.CompletedTask;
            }));
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);

        Assert.Equal(["identify hooli", "Signed In hooli"], await EventsAsync(app));
    }

    [Fact]
    public async Task It_may_ask_the_applications_own_database()
    {
        await using var app = await StartAsync<DatabaseResolver>();
        var userId = await app.CreateUserAsync();
        await app.WithScopeAsync(async services =>
        {
            var users = services.GetRequiredService<UserManager<IdentityUser>>();
            return await users.AddClaimAsync((await users.FindByIdAsync(userId))!, new Claim("workspace", "umbrella"));
        });
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);

        Assert.Equal(["identify umbrella", "Signed In umbrella"], await EventsAsync(app));
        Assert.DoesNotContain(app.Log.Ours, line => line.Level >= LogLevel.Warning);
    }

    [Theory]
    [InlineData("/create-async")]
    [InlineData("/create")]
    public async Task A_new_user_is_in_the_tenant_however_the_application_saves_it(string path)
    {
        await using var app = await StartAsync<SubdomainTenants>();
        using var browser = app.OpenBrowser();
        browser.Client.BaseAddress = new Uri("http://acme.example.test");

        using var response = await browser.PostAsync(path);

        response.EnsureSuccessStatusCode();
        Assert.Equal(["identify acme", "Signed Up acme"], await EventsAsync(app));
    }

    [Fact]
    public async Task Its_answer_counts_and_none_is_none()
    {
        await using var app = await StartAsync<NoTenantResolver>();
        await CreateMemberAsync(app);
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);

        Assert.Equal(["identify ", "Signed In "], await EventsAsync(app));
        Assert.DoesNotContain(app.Log.Ours, line => line.Message.Contains("unresolved-tenant", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_claims_are_there_to_fall_back_on()
    {
        await using var app = await StartAsync<SubdomainTenants>();
        await CreateMemberAsync(app);
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);

        Assert.Equal(["identify stored", "Signed In stored"], await EventsAsync(app));
    }

    [Fact]
    public async Task What_a_resolver_saves_and_signs_in_itself_does_not_ask_it_again()
    {
        await using var app = await StartAsync<BusyResolver>(services => services.AddSingleton<ConcurrentQueue<string>>());
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);

        Assert.Equal(["SignIn"], app.Services.GetRequiredService<ConcurrentQueue<string>>());
        var events = await EventsAsync(app);
        Assert.Contains("Signed In busy", events);
        Assert.Contains("Signed Up ", events);
        Assert.Contains("Signed In ", events);
    }

    [Fact]
    public async Task An_answer_that_can_be_no_id_is_none_and_said()
    {
        await using var app = await StartAsync<UnfitResolver>();
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);

        Assert.Equal(["identify ", "Signed In "], await EventsAsync(app));
        Assert.Contains(app.Log.Ours, line => line.Message == "An event goes without its account (context.groupId): unresolved-tenant.");
        Assert.Contains("The resolved tenant must not", Assert.Single(app.Log.Ours, line => line.Id == 101).Exception!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Development", 1)]
    [InlineData("Production", 0)]
    public async Task A_developer_is_told_once_which_claim_types_there_are(string environment, int times)
    {
        await using var app = await IdentityApp.StartAsync(new() { Environment = environment });
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);
        await IdentityApp.SignOutAsync(browser);
        await IdentityApp.SignInAsync(browser);

        var lines = app.Log.Ours.Where(line => line.Id == 110).ToList();
        Assert.Equal(times, lines.Count);
        Assert.All(lines, line =>
        {
            Assert.Contains("(tenant_id, org_id, organization_id)", line.Message, StringComparison.Ordinal);
            Assert.Contains(ClaimTypes.NameIdentifier, line.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("peter", line.Message, StringComparison.Ordinal);
        });
    }

    private static Task<bool> CreateMemberAsync(IdentityApp app) => app.WithScopeAsync(async services =>
    {
        var users = services.GetRequiredService<UserManager<IdentityUser>>();
        await users.CreateAsync(new IdentityUser("peter@example.com") { Email = "peter@example.com", EmailConfirmed = true }, "Pa55word!");
        await users.AddClaimAsync((await users.FindByNameAsync("peter@example.com"))!, new Claim("tenant_id", "stored"));
        await app.ForgetAsync();
        return true;
    });

    private static async Task RegisterAsync(Browser browser)
    {
        using var response = await browser.SubmitAsync(
            "/Identity/Account/Register", ("Input.Email", "peter@example.com"), ("Input.Password", "Pa55word!"), ("Input.ConfirmPassword", "Pa55word!"));
    }

    private static async Task<IReadOnlyList<string>> EventsAsync(IdentityApp app) =>
        [.. (await app.RecordedAsync()).Where(call => call.Event != "Account Added User").Select(call => $"{call.Event} {call.GroupId}")];

    private static Task<IdentityApp> StartAsync<T>(Action<IServiceCollection>? services = null, Action<WebApplication>? before = null)
        where T : class, ITenantResolver => IdentityApp.StartAsync(new()
        {
            Services = collection =>
            {
                services?.Invoke(collection);
                collection.AddIntilery().UseTenantResolver<T>();
            },
            BeforeTheLine = before,
            Endpoints = app =>
            {
                app.MapPost("/export", (ILifecycleTracker lifecycle) => lifecycle.TrackAsync("Report Exported"));
                app.MapPost("/create-async", (UserManager<IdentityUser> users) => users.CreateAsync(new IdentityUser("mary")));
                app.MapPost("/create", (AppDb db) =>
                {
                    db.Users.Add(new IdentityUser("mary"));
                    db.SaveChanges();
                });
            },
        });

    private sealed class CurrentTenant
    {
        public string? Id { get; set; }
    }

    private sealed class ScopedResolver(CurrentTenant current) : ITenantResolver
    {
        public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) => new(current.Id);
    }

    private sealed class PrincipalResolver : ITenantResolver
    {
        public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) =>
            new($"{context.Moment}-{context.Principal?.FindFirstValue(ClaimTypes.NameIdentifier)}");
    }

    private sealed class LateClaimResolver : ITenantResolver
    {
        public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) =>
            new(context.Principal?.FindFirstValue("late"));
    }

    private sealed class DatabaseResolver(AppDb db) : ITenantResolver
    {
        public async ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) => await db.UserClaims
            .Where(claim => claim.UserId == context.UserId && claim.ClaimType == "workspace")
            .Select(claim => claim.ClaimValue)
            .FirstOrDefaultAsync(cancellationToken);
    }

    private sealed class NoTenantResolver : ITenantResolver
    {
        public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) => new((string?)null);
    }

    private sealed class UnfitResolver : ITenantResolver
    {
        public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) => new("a\u0001");
    }

    private sealed class BusyResolver(ConcurrentQueue<string> asked, UserManager<IdentityUser> users) : ITenantResolver
    {
        public async ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken)
        {
            asked.Enqueue(context.Moment.ToString());
            await users.CreateAsync(new IdentityUser("by-the-resolver"));
            await context.HttpContext!.SignInAsync(
                IdentityConstants.ApplicationScheme,
                new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, "other"), new Claim("amr", "pwd")], IdentityConstants.ApplicationScheme)));
            return "busy";
        }
    }
}
