using System.Net;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Intilery.AspNetCore.Tests.Scopes;

/// <summary>Where the browser's anonymous id is looked for, and what is no id.</summary>
public sealed class AnonymousIdReaderTests
{
    [Theory]
    [InlineData("/users/peter?ajs_aid=from-link", null, null, "from-link")]
    [InlineData("/users/peter?ajs_aid=%22from-link%22", null, null, "from-link")]
    [InlineData("/users/peter?ajs_aid=from-link&ajs_aid=second", null, null, "from-link")]
    [InlineData("/users/peter?ajs_aid=from-link", "browser-1", null, "browser-1")]
    [InlineData("/users/peter?ajs_aid=from-link", "null", null, "from-link")]
    [InlineData("/users/peter?ajs_aid=from-link", "%7B%22a%22:1%7D", null, "from-link")]
    [InlineData("/users/peter", "%22browser-1%22", null, "browser-1")]
    [InlineData("/users/peter", null, "http://localhost/register?ajs_aid=from-link", "from-link")]
    [InlineData("/users/peter", null, "http://elsewhere/register?ajs_aid=from-link", null)]
    [InlineData("/users/peter?ajs_aid=", null, null, null)]
    [InlineData("/users/peter?ajs_aid=%0d%0aSet-Cookie:x", null, null, null)]
    [InlineData("/users/peter?ajs_aid=%22%3Cscript%3E", null, null, null)]
    [InlineData("/users/peter?ajs_aid=%FF%FE", null, null, "%FF%FE")]
    [InlineData("/users/peter?ajs_uid=mary", null, null, null)]
    public async Task The_cookie_comes_first_and_a_link_second(string address, string? cookie, string? referrer, string? expected)
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser(out var jar);
        browser.Client.DefaultRequestHeaders.Referrer = referrer is null ? null : new Uri(referrer);
        jar.Cookies.Add(new Cookie("ajs_user_id", "mary", "/", "localhost"));
        if (cookie is not null)
        {
            jar.Cookies.Add(new Cookie("ajs_anonymous_id", cookie, "/", "localhost"));
        }

        using var response = await browser.PostAsync(address);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.All(await app.RecordedAsync(), call => Assert.Equal(("peter", expected), (call.UserId, call.AnonymousId)));
        Assert.DoesNotContain(app.Log.Ours, line => line.Id == 101);
    }

    [Fact]
    public async Task A_value_that_is_too_long_is_none()
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();

        using var response = await browser.PostAsync("/users/peter?ajs_aid=" + new string('a', 8000));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.All(await app.RecordedAsync(), call => Assert.Null(call.AnonymousId));
    }

    [Fact]
    public async Task The_names_are_those_of_the_options()
    {
        await using var app = await StartAsync(new() { ["Intilery:Browser:CookiePrefix"] = "tag_" });
        using var browser = app.OpenBrowser(out var jar);
        using var fromLink = await browser.PostAsync("/users/peter?tag_aid=from-link");
        jar.Cookies.Add(new Cookie("tag_anonymous_id", "browser-1", "/", "localhost"));
        using var fromCookie = await browser.PostAsync("/users/mary");

        Assert.Equal(
            ["peter from-link", "mary browser-1"],
            (await app.RecordedAsync()).Where(call => call.Event == "Signed Up").Select(call => $"{call.UserId} {call.AnonymousId}"));
    }

    private static Task<IdentityApp> StartAsync(Dictionary<string, string?>? settings = null) => IdentityApp.StartAsync(new IdentityAppSetup
    {
        Settings = settings ?? [],
        Endpoints = routes => routes.MapPost(
            "/users/{name}", async (string name, Microsoft.AspNetCore.Http.HttpContext context) => { await context.Users().CreateAsync(Work.NewUser(name)); }),
    });
}
