using System.Net;
using System.Text.RegularExpressions;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.CookiePolicy;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Website;

/// <summary>What the response that ends a session tells the browser, line by line.</summary>
public sealed partial class SignedOutBrowserTests
{
    [Fact]
    public async Task A_sign_out_marks_the_browser_and_deletes_the_tags_cookies_the_hosts_own_first()
    {
        await using var app = await StartAsync();
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await SignInAsync(browser, "https://app.example.test");

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
            await LinesAsync(browser, "https://app.example.test/out"));
    }

    [Fact]
    public async Task On_plain_http_and_a_host_without_a_domain_the_lines_are_fewer()
    {
        await using var app = await StartAsync();
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await SignInAsync(browser);

        Assert.Equal(
            """
            intilery_reset=*; max-age=31536000; path=/; samesite=lax
            ajs_user_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            ajs_anonymous_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            ajs_group_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            intilery_identify=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            """,
            await LinesAsync(browser, "/out"));
    }

    [Fact]
    public async Task The_domain_and_the_names_are_those_of_the_options()
    {
        await using var app = await StartAsync(settings: new()
        {
            ["Intilery:Browser:CookieDomain"] = ".example.test",
            ["Intilery:Browser:CookiePrefix"] = "tag_",
            ["Intilery:Browser:UserIdCookie"] = "who",
            ["Intilery:Browser:ResetCookie"] = "bye",
        });
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await SignInAsync(browser, "http://example.test");

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
            await LinesAsync(browser, "http://example.test/out"));
    }

    [Fact]
    public async Task Without_consent_no_cookie_is_set_and_the_tags_are_still_deleted()
    {
        await using var app = await StartAsync(pipeline => pipeline.UseCookiePolicy(new CookiePolicyOptions { CheckConsentNeeded = _ => true }));
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        var signedIn = await LinesAsync(browser, "/in?user=peter@example.com");

        var signedOut = await LinesAsync(browser, "/out");

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
        await using var app = await StartAsync(pipeline =>
            pipeline.UseCookiePolicy(new CookiePolicyOptions { HttpOnly = HttpOnlyPolicy.Always }));
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await SignInAsync(browser);

        Assert.StartsWith("intilery_reset=*; max-age=31536000; path=/; samesite=lax\n", await LinesAsync(browser, "/out"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sign_out_that_an_exception_handler_undid_tells_the_browser_nothing()
    {
        await using var app = await StartAsync(pipeline => pipeline.UseExceptionHandler("/sorry"));
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await SignInAsync(browser);

        Assert.Equal(string.Empty, await LinesAsync(browser, "/out-and-throw"));
        Assert.Contains("Signed Out cookie-withdrawn", app.Reasons());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_application_does_to_its_cookies_last_decides_whether_the_browser_is_told(bool keepsTheSession)
    {
        await using var app = await StartAsync(pipeline => pipeline.Use(async (context, next) =>
        {
            await next(context);
            if (context.Request.Path == "/out")
            {
                // A callback of the application's own, added after the sign-out, clears everything but, perhaps, the sign-out's own line.
                context.Response.OnStarting(() =>
                {
                    var lines = context.Response.Headers.SetCookie.Where(line => !keepsTheSession && line!.StartsWith(".AspNetCore.Identity", StringComparison.Ordinal));
                    context.Response.Headers.SetCookie = lines.ToArray();
                    return Task.CompletedTask;
                });
            }
        }));
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await SignInAsync(browser);

        var lines = await LinesAsync(browser, "/out");

        Assert.Equal(keepsTheSession ? 0 : 5, lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [InlineData("/out")]
    [InlineData("/page")]
    [InlineData("/out-and-in?user=peter@example.com")]
    [InlineData("/in-and-out?user=peter@example.com")]
    [InlineData("/token?user=peter@example.com")]
    public async Task What_ends_no_session_of_the_browsers_tells_it_nothing(string path)
    {
        await using var app = await StartAsync();
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        if (path.StartsWith("/out-and-in", StringComparison.Ordinal))
        {
            await SignInAsync(browser);
        }

        Assert.Equal(string.Empty, await LinesAsync(browser, path));
    }

    [Fact]
    public async Task A_token_reaches_no_browser_and_the_log_says_so()
    {
        await using var app = await StartAsync();
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        Assert.Equal(string.Empty, await LinesAsync(browser, "/token?user=peter@example.com"));

        Assert.Single(app.Log.Ours, line => line is { Id: 500, Message: "The browser is not told of Signed In: browser-out-of-reach." });
    }

    [Theory]
    [InlineData("Intilery:Browser:Enabled")]
    [InlineData("Intilery:Enabled")]
    public async Task Switched_off_it_tells_the_browser_nothing(string key)
    {
        await using var app = await StartAsync(settings: new() { [key] = "false" });
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        Assert.Equal(string.Empty, await LinesAsync(browser, "/in?user=peter@example.com"));
        Assert.Equal(string.Empty, await LinesAsync(browser, "/out"));
    }

    [Fact]
    public async Task Without_the_line_the_browser_is_told_nothing()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { WriteTheLine = false, Endpoints = Map });
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        Assert.Equal(string.Empty, await LinesAsync(browser, "/in?user=peter@example.com"));
        Assert.Equal(string.Empty, await LinesAsync(browser, "/out"));
    }

    [Fact]
    public async Task A_rejected_session_resets_the_browser_alike_in_requests_side_by_side()
    {
        await using var app = await StartAsync(services: services =>
            services.Configure<SecurityStampValidatorOptions>(options => options.ValidationInterval = TimeSpan.Zero));
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser(out var jar);
        using var otherTab = app.OpenBrowser(out var copy);
        await SignInAsync(browser);
        copy.Cookies.Add(jar.Cookies.GetAllCookies());
        await app.WithScopeAsync(async services =>
        {
            var users = services.GetRequiredService<UserManager<IdentityUser>>();
            return await users.UpdateSecurityStampAsync((await users.FindByIdAsync(peter))!);
        });

        using var first = await browser.GetAsync("/page");
        using var second = await otherTab.GetAsync("/page");

        var lines = Lines(first);
        Assert.Equal(lines, Lines(second));
        Assert.Matches("^intilery_reset=[0-9a-f]{32};", lines[0]);
        Assert.Contains("ajs_user_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/", lines);
    }

    [Fact]
    public async Task A_switch_of_user_resets_the_browser_and_hands_it_the_new_user_after_the_events_had_its_ids()
    {
        await using var app = await StartAsync();
        var peter = await app.CreateUserAsync();
        var samir = await app.CreateUserAsync("samir@example.com");
        using var browser = app.OpenBrowser(out var jar);
        await SignInAsync(browser);
        await app.ForgetAsync();

        var switched = await LinesAsync(browser, "/in?user=samir@example.com");
        jar.Cookies.Add(new Cookie("ajs_anonymous_id", "browser-2", "/", "localhost"));
        var again = await LinesAsync(browser, "/out-and-in?user=peter@example.com");

        Assert.Equal(
            $"""
            intilery_reset=*; max-age=31536000; path=/; samesite=lax
            ajs_user_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            ajs_anonymous_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            ajs_group_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/
            intilery_identify={samir}; max-age=300; path=/; samesite=lax
            """,
            switched);
        Assert.Equal(switched.Replace(samir, peter, StringComparison.Ordinal), again);
        Assert.Equal("browser-2", (await app.RecordedAsync()).Single(call => call.Event == "Signed Out").AnonymousId);
    }

    private static Task<IdentityApp> StartAsync(
        Action<WebApplication>? pipeline = null, Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null) =>
        IdentityApp.StartAsync(new IdentityAppSetup
        {
            Settings = settings ?? [],
            Services = all =>
            {
                all.AddAuthentication().AddBearerToken(IdentityConstants.BearerScheme);
                services?.Invoke(all);
            },
            BeforeTheLine = pipeline,
            Endpoints = Map,
        });

    private static void Map(WebApplication app)
    {
        app.MapGet("/page", () => "page");
        app.MapGet("/sorry", () => "sorry");
        app.MapGet("/out", Out);
        app.MapGet("/in", In);
        app.MapGet("/out-and-throw", async (SignInManager<IdentityUser> signIns) =>
        {
            await signIns.SignOutAsync();
            throw new InvalidOperationException("after the sign-out");
        });
        app.MapGet("/out-and-in", async (string user, SignInManager<IdentityUser> signIns) =>
        {
            await Out(signIns);
            await In(user, signIns);
        });
        app.MapGet("/in-and-out", async (string user, SignInManager<IdentityUser> signIns) =>
        {
            await In(user, signIns);
            await Out(signIns);
        });
        app.MapGet("/token", async (string user, SignInManager<IdentityUser> signIns) =>
        {
            signIns.AuthenticationScheme = IdentityConstants.BearerScheme;
            await In(user, signIns);
        });
    }

    private static Task Out(SignInManager<IdentityUser> signIns) => signIns.SignOutAsync();

    private static async Task In(string user, SignInManager<IdentityUser> signIns) =>
        await signIns.SignInAsync((await signIns.UserManager.FindByEmailAsync(user))!, isPersistent: false);

    private static async Task SignInAsync(Browser browser, string origin = "") => await LinesAsync(browser, origin + "/in?user=peter@example.com");

    private static async Task<string> LinesAsync(Browser browser, string address)
    {
        using var response = await browser.GetAsync(address);
        return Marker().Replace(string.Join('\n', Lines(response)), "$1=*;");
    }

    // What the application sets itself is not ours to assert.
    private static List<string> Lines(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Set-Cookie", out var lines) ? [.. lines.Where(line => !line.StartsWith('.') && !line.StartsWith("Identity.", StringComparison.Ordinal))] : [];

    [GeneratedRegex("(intilery_reset|bye)=[0-9a-f]{32};")]
    private static partial Regex Marker();
}
