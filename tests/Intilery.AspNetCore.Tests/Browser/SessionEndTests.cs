using System.Net;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Browser;

/// <summary>What ends a session of the browser's, and what does not, whatever the application does to its cookies.</summary>
public sealed class SessionEndTests
{
    [Fact]
    public async Task A_sign_out_that_an_exception_handler_undid_tells_the_browser_nothing()
    {
        await using var app = await SessionSite.StartAsync(pipeline => pipeline.UseExceptionHandler("/sorry"));
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await SessionSite.SignInAsync(browser);

        Assert.Equal(string.Empty, await SessionSite.LinesAsync(browser, "/out-and-throw"));
        Assert.Contains("Signed Out cookie-withdrawn", app.Reasons());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_application_does_to_its_cookies_last_decides_whether_the_browser_is_told(bool keepsTheSession)
    {
        await using var app = await SessionSite.StartAsync(pipeline => pipeline.Use(async (context, next) =>
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
        await SessionSite.SignInAsync(browser);

        var lines = await SessionSite.LinesAsync(browser, "/out");

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
        await using var app = await SessionSite.StartAsync();
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        if (path.StartsWith("/out-and-in", StringComparison.Ordinal))
        {
            await SessionSite.SignInAsync(browser);
        }

        Assert.Equal(string.Empty, await SessionSite.LinesAsync(browser, path));
    }

    [Fact]
    public async Task A_rejected_session_resets_the_browser_alike_in_requests_side_by_side()
    {
        await using var app = await SessionSite.StartAsync(services: services =>
            services.Configure<SecurityStampValidatorOptions>(options => options.ValidationInterval = TimeSpan.Zero));
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser(out var jar);
        using var otherTab = app.OpenBrowser(out var copy);
        await SessionSite.SignInAsync(browser);
        copy.Cookies.Add(jar.Cookies.GetAllCookies());
        await app.WithScopeAsync(async services =>
        {
            var users = services.GetRequiredService<UserManager<IdentityUser>>();
            return await users.UpdateSecurityStampAsync((await users.FindByIdAsync(peter))!);
        });

        using var first = await browser.GetAsync("/page");
        using var second = await otherTab.GetAsync("/page");

        var lines = SessionSite.Lines(first);
        Assert.Equal(lines, SessionSite.Lines(second));
        Assert.Matches("^intilery_reset=[0-9a-f]{32};", lines[0]);
        Assert.Contains("ajs_user_id=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/", lines);
    }

    [Fact]
    public async Task A_switch_of_user_resets_the_browser_and_hands_it_the_new_user_after_the_events_had_its_ids()
    {
        await using var app = await SessionSite.StartAsync();
        var peter = await app.CreateUserAsync();
        var samir = await app.CreateUserAsync("samir@example.com");
        using var browser = app.OpenBrowser(out var jar);
        await SessionSite.SignInAsync(browser);
        await app.ForgetAsync();

        var switched = await SessionSite.LinesAsync(browser, "/in?user=samir@example.com");
        jar.Cookies.Add(new Cookie("ajs_anonymous_id", "browser-2", "/", "localhost"));
        var again = await SessionSite.LinesAsync(browser, "/out-and-in?user=peter@example.com");

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
}
