using System.Collections.Concurrent;
using System.Security.Claims;
using Intilery.AspNetCore.Tests.Documentation.Snippets;
using Intilery.AspNetCore.Tests.Flows;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Scopes;

/// <summary>What a resolver may answer, and do while it is asked; and what a developer is told who has none.</summary>
public sealed class TenantAnswerTests
{
    [Fact]
    public async Task Its_answer_counts_and_none_is_none()
    {
        await using var app = await ResolvingApp.StartAsync<NoTenantResolver>();
        await app.CreateMemberAsync("stored");
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);

        Assert.Equal(["identify ", "Signed In "], await app.TenantsAsync());
        Assert.DoesNotContain(app.Log.Ours, line => line.Message.Contains("unresolved-tenant", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_claims_are_there_to_fall_back_on()
    {
        await using var app = await ResolvingApp.StartAsync<SubdomainTenants>();
        await app.CreateMemberAsync("stored");
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);

        Assert.Equal(["identify stored", "Signed In stored"], await app.TenantsAsync());
    }

    [Fact]
    public async Task What_a_resolver_saves_and_signs_in_itself_does_not_ask_it_again()
    {
        await using var app = await ResolvingApp.StartAsync<BusyResolver>(services => services.AddSingleton<ConcurrentQueue<string>>());
        using var requests = new RequestsUnderWay(app.Services);
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);

        await requests.NoneAsync();
        Assert.Equal(["SignIn"], app.Services.GetRequiredService<ConcurrentQueue<string>>());
        Assert.Equal(["identify busy", "Signed In busy", "identify ", "Signed Up "], await app.TenantsAsync());
        Assert.Contains(app.Log.Ours, line => line.Message == "Signed In was not tracked: response-started.");
    }

    [Fact]
    public async Task An_answer_that_can_be_no_id_is_none_and_said()
    {
        await using var app = await ResolvingApp.StartAsync<UnfitResolver>();
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);

        Assert.Equal(["identify ", "Signed In "], await app.TenantsAsync());
        Assert.Contains(app.Log.Ours, line => line.Message == "An event is sent without its account (context.groupId): unresolved-tenant.");
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

    private sealed class NoTenantResolver : ILifecycleTenantResolver
    {
        public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) => new((string?)null);
    }

    private sealed class UnfitResolver : ILifecycleTenantResolver
    {
        public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) => new("a\u0001");
    }

    private sealed class BusyResolver(ConcurrentQueue<string> asked, UserManager<IdentityUser> users) : ILifecycleTenantResolver
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
