using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

// Every request of TestBrowser takes the test's own token.
#pragma warning disable xUnit1069

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

public sealed class RevokedSessionTests
{
    // Asking for authentication during a failing validation would recurse or wait for itself.
    private const int Timeout = 30_000;

    [Theory(Timeout = Timeout)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_session_rejected_by_its_stamp_is_a_sign_out_only_if_the_option_says_so(bool isAsynchronous, bool whenRevoked)
    {
        await using var app = await StartAsync(isAsynchronous, whenRevoked);
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        Assert.Equal("peter@example.com", await NameAsync(browser));
        await RevokeAsync(app, peter);

        var lines = await app.LinesOfAsync(async () => Assert.Equal("nobody", await NameAsync(browser)));

        Assert.Equal(whenRevoked ? [$"Signed Out {peter}"] : [], lines);
        Assert.Equal(whenRevoked ? 0 : 1, app.Reasons().Count(reason => reason == "Signed Out revoked"));
        Assert.Empty(await app.LinesOfAsync(async () => Assert.Equal("nobody", await NameAsync(browser))));
    }

    [Theory(Timeout = Timeout)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_validation_of_the_applications_own_that_signs_out_is_a_revocation(bool isAsynchronous)
    {
        await using var app = await StartAsync(isAsynchronous: false, whenRevoked: false, services =>
            services.Configure<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme, options => options.Events.OnValidatePrincipal = async context =>
            {
                if (isAsynchronous)
                {
                    await Task.Yield();
                }

                context.RejectPrincipal();
                await context.HttpContext.RequestServices.GetRequiredService<SignInManager<IdentityUser>>().SignOutAsync();
            }));
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);

        Assert.Empty(await app.LinesOfAsync(async () => Assert.Equal("nobody", await NameAsync(browser))));
        Assert.Contains("Signed Out revoked", app.Reasons());
    }

    [Fact(Timeout = Timeout)]
    public async Task Six_requests_with_one_revoked_ticket_are_one_sign_out()
    {
        await using var app = await StartAsync(isAsynchronous: false, whenRevoked: true);
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser(out var jar);
        await IdentityApp.SignInAsync(browser);
        var tabs = Enumerable.Range(0, 6).Select(_ =>
        {
            var tab = app.OpenBrowser(out var copy);
            copy.Cookies.Add(jar.Cookies.GetAllCookies());
            return tab;
        }).ToList();
        await RevokeAsync(app, peter);
        await app.ForgetAsync();

        var names = await Task.WhenAll(tabs.Select(NameAsync));

        Assert.Equal(Enumerable.Repeat("nobody", 6), names);
        Assert.Equal([$"Signed Out {peter}"], await app.LinesAsync());
        tabs.ForEach(tab => tab.Dispose());
    }

    [Theory(Timeout = Timeout)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_login_that_follows_a_rejection_in_one_request_is_a_sign_in(bool whenRevoked)
    {
        await using var app = await StartAsync(isAsynchronous: false, whenRevoked);
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        await RevokeAsync(app, peter);

        var lines = await app.LinesOfAsync(async () =>
        {
            using var response = await browser.PostAsync("/magic-link");
        });

        Assert.Equal([$"Signed In {peter}"], lines);
    }

    private static Task<IdentityApp> StartAsync(bool isAsynchronous, bool whenRevoked, Action<IServiceCollection>? more = null) =>
        IdentityApp.StartAsync(new IdentityAppSetup
        {
            Settings = { ["Intilery:SignOut:WhenRevoked"] = whenRevoked.ToString() },
            Services = services =>
            {
                services.Configure<SecurityStampValidatorOptions>(options => options.ValidationInterval = TimeSpan.Zero);
                if (isAsynchronous)
                {
                    services.AddScoped<IUserStore<IdentityUser>, YieldingUserStore>();
                }

                more?.Invoke(services);
            },
            Endpoints = routes =>
            {
                routes.MapGet("/name", (ClaimsPrincipal user) => user.Identity!.Name ?? "nobody");
                routes.MapPost("/magic-link", async (SignInManager<IdentityUser> signIns, UserManager<IdentityUser> users) =>
                    await signIns.SignInAsync((await users.FindByEmailAsync("peter@example.com"))!, isPersistent: false));
            },
        });

    private static Task<bool> RevokeAsync(IdentityApp app, string id) => app.WithScopeAsync(async services =>
    {
        var users = services.GetRequiredService<UserManager<IdentityUser>>();
        return (await users.UpdateSecurityStampAsync((await users.FindByIdAsync(id))!)).Succeeded;
    });

    private static async Task<string> NameAsync(TestBrowser browser)
    {
        using var response = await browser.GetAsync("/name");
        return await response.Content.ReadAsStringAsync();
    }
}
