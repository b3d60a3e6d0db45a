using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.Tests.Browser;

/// <summary>What the response that begins a session tells the browser: whose it is, and nothing else.</summary>
public sealed class SignedInBrowserTests
{
    [Fact]
    public async Task A_sign_in_hands_the_next_page_the_user_and_the_account()
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();

        Assert.Equal(
            ["intilery_identify=peter%20%26%20s%C3%B8n%3B&team%3D7; max-age=300; path=/; samesite=lax"],
            await LinesAsync(browser, "/in?user=peter+%26+s%C3%B8n%3B&claim=tenant_id&value=team%3D7"));
    }

    [Fact]
    public async Task Its_cookie_is_secure_on_https_and_has_the_domain_of_the_options()
    {
        await using var app = await StartAsync(("CookieDomain", "example.test"));
        using var browser = app.OpenBrowser();

        Assert.Equal(
            ["intilery_identify=peter; max-age=300; domain=example.test; path=/; secure; samesite=lax"],
            await LinesAsync(browser, "https://app.example.test/in?user=peter"));
        Assert.Equal(["intilery_identify=mary; max-age=300; path=/; samesite=lax"], await LinesAsync(browser, "http://localhost/in?user=mary"));
    }

    [Fact]
    public async Task A_user_who_is_already_signed_in_is_handed_over_without_a_reset()
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();
        await LinesAsync(browser, "/in?user=peter");

        Assert.Equal(["intilery_identify=peter; max-age=300; path=/; samesite=lax"], await LinesAsync(browser, "/in?user=peter&claim=amr&value=pwd"));
    }

    [Fact]
    public async Task One_option_leaves_the_hand_over_out_and_the_reset_in()
    {
        await using var app = await StartAsync(("Identify", "false"));
        using var browser = app.OpenBrowser();

        Assert.Empty(await LinesAsync(browser, "/in?user=peter"));
        Assert.StartsWith("intilery_reset=", (await LinesAsync(browser, "/in?user=mary"))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_in_somebody_elses_name_is_not_handed_over()
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();

        Assert.Empty(await LinesAsync(browser, "/in?user=peter&claim=act&value=admin"));
    }

    [Fact]
    public async Task An_excluded_user_is_not_handed_over()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Settings = new() { ["Intilery:Exclude:UserIds:0"] = "peter" },
            Endpoints = Map,
        });
        using var browser = app.OpenBrowser();

        Assert.Empty(await LinesAsync(browser, "/in?user=peter"));
        Assert.Single(await LinesAsync(app.OpenBrowser(), "/in?user=mary"));
    }

    [Fact]
    public async Task An_endpoint_that_is_not_tracked_hands_nobody_over_and_still_resets()
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();

        Assert.Empty(await LinesAsync(browser, "/untracked/in?user=peter"));
        Assert.StartsWith("intilery_reset=", (await LinesAsync(browser, "/untracked/out"))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_a_session_in_somebody_elses_name_is_no_event_and_resets_the_browser()
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();
        await LinesAsync(browser, "/in?user=peter&claim=act&value=admin");

        var lines = await LinesAsync(browser, "/out");

        Assert.Equal(4, lines.Count);
        Assert.StartsWith("intilery_reset=", lines[0], StringComparison.Ordinal);
        Assert.Empty(await app.RecordedAsync());
    }

    [Fact]
    public async Task Going_back_from_somebody_elses_name_to_ones_own_leaves_the_browser_as_it_was()
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();
        await LinesAsync(browser, "/in?user=admin");
        await LinesAsync(browser, "/in?user=peter&claim=act&value=admin");

        Assert.Empty(await LinesAsync(browser, "/in?user=admin"));
    }

    [Fact]
    public async Task An_id_that_no_cookie_can_hold_is_not_handed_over()
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();

        Assert.Empty(await LinesAsync(browser, "/in?user=" + string.Concat(Enumerable.Repeat("%E4%B8%AD", 400))));
    }

    private static Task<IdentityApp> StartAsync(params (string Key, string Value)[] settings) => IdentityApp.StartAsync(new IdentityAppSetup
    {
        Settings = settings.ToDictionary(setting => "Intilery:Browser:" + setting.Key, setting => (string?)setting.Value),
        Endpoints = Map,
    });

    private static void Map(WebApplication app)
    {
        foreach (var (prefix, metadata) in new[] { ("", new object()), ("/untracked", new SkipLifecycleTrackingAttribute()) })
        {
            app.MapGet(prefix + "/out", Out).WithMetadata(metadata);
            app.MapGet(prefix + "/in", In).WithMetadata(metadata);
        }
    }

    private static Task Out(HttpContext context) => context.SignOutAsync(IdentityConstants.ApplicationScheme);

    private static Task In(HttpContext context, string user, string? claim, string? value)
    {
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, user)], "test");
        if (claim is not null)
        {
            identity.AddClaim(new Claim(claim, value!));
        }

        return context.SignInAsync(IdentityConstants.ApplicationScheme, new ClaimsPrincipal(identity));
    }

    private static async Task<IReadOnlyList<string>> LinesAsync(TestBrowser browser, string address)
    {
        using var response = await browser.GetAsync(address);
        return response.Headers.TryGetValues("Set-Cookie", out var lines) ? [.. lines.Where(line => !line.StartsWith('.'))] : [];
    }
}
