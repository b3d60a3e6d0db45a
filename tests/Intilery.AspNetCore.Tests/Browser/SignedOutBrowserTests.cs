using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.CookiePolicy;

namespace Intilery.AspNetCore.Tests.Browser;

/// <summary>What the response that ends a session tells the browser, line by line.</summary>
public sealed class SignedOutBrowserTests
{
    [Fact]
    public async Task A_sign_out_marks_the_browser_and_deletes_the_tags_cookies_the_hosts_own_first()
    {
        await using var app = await SessionSite.StartAsync();
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await SessionSite.SignInAsync(browser, "https://app.example.test");

        Assert.Equal(
            """
            intilery_reset=*; max-age=31536000; path=/; secure; samesite=lax
            ajs_user_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            ajs_anonymous_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            ajs_group_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            ajs_user_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; domain=app.example.test; path=/
            ajs_anonymous_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; domain=app.example.test; path=/
            ajs_group_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; domain=app.example.test; path=/
            ajs_user_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; domain=example.test; path=/
            ajs_anonymous_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; domain=example.test; path=/
            ajs_group_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; domain=example.test; path=/
            intilery_identify=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            """,
            await SessionSite.LinesAsync(browser, "https://app.example.test/out"));
    }

    [Fact]
    public async Task On_plain_http_and_a_host_without_a_domain_the_lines_are_fewer()
    {
        await using var app = await SessionSite.StartAsync();
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await SessionSite.SignInAsync(browser);

        Assert.Equal(
            """
            intilery_reset=*; max-age=31536000; path=/; samesite=lax
            ajs_user_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            ajs_anonymous_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            ajs_group_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            intilery_identify=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            """,
            await SessionSite.LinesAsync(browser, "/out"));
    }

    [Fact]
    public async Task The_domain_and_the_names_are_those_of_the_options()
    {
        await using var app = await SessionSite.StartAsync(settings: new()
        {
            ["Intilery:Browser:CookieDomain"] = ".example.test",
            ["Intilery:Browser:CookiePrefix"] = "tag_",
            ["Intilery:Browser:UserIdCookie"] = "who",
            ["Intilery:Browser:ResetCookie"] = "bye",
        });
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await SessionSite.SignInAsync(browser, "http://example.test");

        Assert.Equal(
            """
            bye=*; max-age=31536000; domain=example.test; path=/; samesite=lax
            who=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            tag_anonymous_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            tag_group_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            who=; expires=Thu, 01 Jan 1970 00:00:00 GMT; domain=example.test; path=/
            tag_anonymous_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; domain=example.test; path=/
            tag_group_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; domain=example.test; path=/
            intilery_identify=; expires=Thu, 01 Jan 1970 00:00:00 GMT; domain=example.test; path=/
            """,
            await SessionSite.LinesAsync(browser, "http://example.test/out"));
    }

    [Fact]
    public async Task Without_consent_no_cookie_is_set_and_the_tags_are_still_deleted()
    {
        await using var app = await SessionSite.StartAsync(pipeline => pipeline.UseCookiePolicy(new CookiePolicyOptions { CheckConsentNeeded = _ => true }));
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        var signedIn = await SessionSite.LinesAsync(browser, "/in?user=peter@example.com");

        var signedOut = await SessionSite.LinesAsync(browser, "/out");

        Assert.Equal(string.Empty, signedIn);
        Assert.Equal(
            """
            ajs_user_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            ajs_anonymous_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            ajs_group_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            """,
            signedOut);
    }

    [Fact]
    public async Task A_cookie_policy_of_the_applications_does_not_hide_the_markers_from_scripts()
    {
        await using var app = await SessionSite.StartAsync(pipeline =>
            pipeline.UseCookiePolicy(new CookiePolicyOptions { HttpOnly = HttpOnlyPolicy.Always }));
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await SessionSite.SignInAsync(browser);

        Assert.StartsWith("intilery_reset=*; max-age=31536000; path=/; samesite=lax\n", await SessionSite.LinesAsync(browser, "/out"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_reaches_no_browser_and_the_log_says_so()
    {
        await using var app = await SessionSite.StartAsync();
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        Assert.Equal(string.Empty, await SessionSite.LinesAsync(browser, "/token?user=peter@example.com"));

        Assert.Single(app.Log.Ours, line => line is { Id: 500, Message: "The browser is not notified of Signed In: browser-out-of-reach." });
    }

    [Theory]
    [InlineData("Intilery:Browser:Enabled")]
    [InlineData("Intilery:Enabled")]
    public async Task Switched_off_it_tells_the_browser_nothing(string key)
    {
        await using var app = await SessionSite.StartAsync(settings: new() { [key] = "false" });
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        Assert.Equal(string.Empty, await SessionSite.LinesAsync(browser, "/in?user=peter@example.com"));
        Assert.Equal(string.Empty, await SessionSite.LinesAsync(browser, "/out"));
    }

    [Fact]
    public async Task Without_the_line_the_browser_is_told_nothing()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { WriteTheLine = false, Endpoints = SessionSite.Map });
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        Assert.Equal(string.Empty, await SessionSite.LinesAsync(browser, "/in?user=peter@example.com"));
        Assert.Equal(string.Empty, await SessionSite.LinesAsync(browser, "/out"));
    }
}
