using System.Collections.Concurrent;
using System.Security.Claims;
using Finbuckle.MultiTenant.Abstractions;
using Intilery.AspNetCore.Tests.Documentation.Snippets;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Scopes;

/// <summary>The application's own word on tenants, in every kind of event.</summary>
public sealed class TenantResolverTests
{
    [Fact]
    public async Task The_host_is_the_tenant_of_a_registration_and_of_all_that_follows()
    {
        await using var app = await ResolvingApp.StartAsync<SubdomainTenants>();
        using var browser = app.OpenBrowser();
        browser.Client.BaseAddress = new Uri("http://acme.example.test");

        await IdentityApp.RegisterAsync(browser);
        using var told = await browser.PostAsync("/export");
        await IdentityApp.SignOutAsync(browser);

        Assert.Equal(
            ["identify acme", "Signed Up acme", "Signed In acme", "Report Exported acme", "Signed Out acme"],
            await app.TenantsAsync());
    }

    [Fact]
    public async Task A_multi_tenancy_librarys_current_tenant_is_the_account_of_its_memberships()
    {
        await using var app = await ResolvingApp.StartAsync<FinbuckleTenants>(
            services => services.AddSingleton<IMultiTenantContextAccessor>(new FinbuckleTenant("42", "initech")));
        using var browser = app.OpenBrowser();

        await IdentityApp.RegisterAsync(browser);

        Assert.Equal(["identify 42", "Signed Up 42", "Signed In 42"], await app.TenantsAsync());
    }

    [Fact]
    public async Task It_gets_services_of_its_own_for_each_question_whichever_way_it_takes_them()
    {
        var requests = new ConcurrentBag<DbContextId>();
        var resolvers = new ConcurrentBag<DbContextId>();
        await using var app = await ResolvingApp.StartAsync<OwnServicesResolver>(
            services => services.AddSingleton(resolvers),
            app => app.Use((context, next) =>
            {
                requests.Add(context.RequestServices.GetRequiredService<AppDb>().ContextId);
                return next(context);
            }));
        using var browser = app.OpenBrowser();

        await IdentityApp.RegisterAsync(browser);

        Assert.Equal(["identify own", "Signed Up own", "Signed In own"], await app.TenantsAsync());
        Assert.Equal(2, resolvers.Distinct().Count());
        Assert.Empty(resolvers.Intersect(requests));
    }

    [Fact]
    public async Task It_finds_what_middleware_has_set_on_the_request()
    {
        await using var app = await ResolvingApp.StartAsync<MiddlewareResolver>(before: app => app.Use((context, next) =>
        {
            context.Items["tenant"] = "globex";
            context.Features.Set(new CurrentTenant("initech"));
            return next(context);
        }));
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);

        Assert.Equal(["identify globex.initech", "Signed In globex.initech"], await app.TenantsAsync());
    }

    [Fact]
    public async Task It_sees_who_is_signed_in_and_out_and_not_who_was_there_before()
    {
        await using var app = await ResolvingApp.StartAsync<PrincipalResolver>();
        var userId = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);
        using var told = await browser.PostAsync("/export");
        await IdentityApp.SignOutAsync(browser);

        Assert.Equal(
            [$"identify SignIn-{userId}", $"Signed In SignIn-{userId}", $"Report Exported Event-{userId}", $"Signed Out SignOut-{userId}"],
            await app.TenantsAsync());
    }

    [Fact]
    public async Task A_cookie_principal_is_complete_when_it_is_asked()
    {
        await using var app = await ResolvingApp.StartAsync<LateClaimResolver>(services => services.ConfigureApplicationCookie(options =>
            options.Events.OnSigningIn = context =>
            {
                ((ClaimsIdentity)context.Principal!.Identity!).AddClaim(new Claim("late", "hooli"));
                return Task.CompletedTask;
            }));
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);

        Assert.Equal(["identify hooli", "Signed In hooli"], await app.TenantsAsync());
    }

    [Fact]
    public async Task It_may_ask_the_applications_own_database()
    {
        await using var app = await ResolvingApp.StartAsync<DatabaseResolver>();
        var userId = await app.CreateUserAsync();
        await app.AddClaimAsync(userId, "workspace", "umbrella");
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);

        Assert.Equal(["identify umbrella", "Signed In umbrella"], await app.TenantsAsync());
        Assert.DoesNotContain(app.Log.Ours, line => line.Level >= LogLevel.Warning);
    }

    [Theory]
    [InlineData("/create-async")]
    [InlineData("/create")]
    public async Task A_new_user_is_in_the_tenant_however_the_application_saves_it(string path)
    {
        await using var app = await ResolvingApp.StartAsync<SubdomainTenants>();
        using var browser = app.OpenBrowser();
        browser.Client.BaseAddress = new Uri("http://acme.example.test");

        using var response = await browser.PostAsync(path);

        response.EnsureSuccessStatusCode();
        Assert.Equal(["identify acme", "Signed Up acme"], await app.TenantsAsync());
    }

    private sealed record CurrentTenant(string Id);

    private sealed class OwnServicesResolver(AppDb db, ConcurrentBag<DbContextId> seen) : ILifecycleTenantResolver
    {
        public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken)
        {
            Assert.Same(db, context.HttpContext!.RequestServices.GetRequiredService<AppDb>());
            Assert.Same(db, context.HttpContext.Request.HttpContext.RequestServices.GetRequiredService<AppDb>());
            seen.Add(db.ContextId);
            return new("own");
        }
    }

    private sealed class MiddlewareResolver : ILifecycleTenantResolver
    {
        public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) =>
            new($"{context.HttpContext!.Items["tenant"]}.{context.HttpContext.Features.Get<CurrentTenant>()?.Id}");
    }

    private sealed class PrincipalResolver : ILifecycleTenantResolver
    {
        public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) =>
            new($"{context.Moment}-{context.Principal?.FindFirstValue(ClaimTypes.NameIdentifier)}");
    }

    private sealed class LateClaimResolver : ILifecycleTenantResolver
    {
        public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) =>
            new(context.Principal?.FindFirstValue("late"));
    }

    private sealed class DatabaseResolver(AppDb db) : ILifecycleTenantResolver
    {
        public async ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) => await db.UserClaims
            .Where(claim => claim.UserId == context.UserId && claim.ClaimType == "workspace")
            .Select(claim => claim.ClaimValue)
            .FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>A tenant whose key, which memberships hold, differs from its name in addresses.</summary>
    private sealed record FinbuckleTenant(string Id, string Identifier) : IMultiTenantContextAccessor, IMultiTenantContext, ITenantInfo
    {
        public IMultiTenantContext MultiTenantContext => this;

        public ITenantInfo TenantInfo => this;
    }
}
