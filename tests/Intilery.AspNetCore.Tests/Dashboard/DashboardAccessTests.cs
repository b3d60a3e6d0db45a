using System.Net;
using System.Text.RegularExpressions;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Dashboard;

public sealed partial class DashboardAccessTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task In_Development_it_is_there_for_this_machine_without_a_line()
    {
        await using var app = await IdentityApp.StartAsync(new() { Environment = "Development", OnKestrel = true });
        using var browser = app.OpenBrowser();

        using var page = await browser.GetAsync("/_intilery");

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("data-access=\"Local\"", await page.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_Development_a_request_through_a_tunnel_is_not_found_and_one_line_shows_how_to_map_it()
    {
        await using var app = await IdentityApp.StartAsync(new() { Environment = "Development", OnKestrel = true });
        using var client = Client(app);

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client, "/_intilery", "X-Forwarded-Host", "abc.devtunnels.ms"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client, "/_intilery/live", "Forwarded", "for=203.0.113.7"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client, "/_intilery/coverage", "Host", "rebound.example.com"));
        Assert.Contains("app.MapIntilery(", Assert.Single(app.Log.Ours, line => line.Id == 20).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Staging")]
    public async Task Elsewhere_it_is_not_found_unless_it_is_mapped(string environment)
    {
        await using var app = await IdentityApp.StartAsync(new() { Environment = environment, OnKestrel = true });
        using var client = Client(app);

        foreach (var path in new[] { "/_intilery", "/_intilery/live", "/_intilery/coverage", "/_intilery/page.js", "/intilery" })
        {
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client, path));
        }
    }

    [Fact]
    public async Task A_map_without_authorization_does_not_start() => Assert.Equal(
        "MapIntilery(\"/ops/intilery\") has no authorization, and its page shows personal data. Choose who may see it: "
        + "app.MapIntilery(\"/ops/intilery\").RequireAuthorization(\"policy\"), or .AllowAnonymous() for a page without personal data and actions.",
        await EndpointApp.RefusalAsync(app => app.MapIntilery("/ops/intilery")));

    [Fact]
    public async Task The_authorization_of_a_group_is_the_page_s()
    {
        await using var app = await StartAsync(app => app.MapGroup("/ops").RequireAuthorization().MapIntilery("/intilery"));

        Assert.Equal(200, await app.SendAsync(HttpMethod.Get, "/ops/intilery"));
    }

    [Fact]
    public async Task Mapped_it_obeys_the_policy()
    {
        await using var app = await StartAsync(
            app => app.MapIntilery("/ops").RequireAuthorization(policy => policy.RequireClaim("plan", "Gold").RequireAssertion(context => context.User.Identity!.Name != "x")));

        Assert.Equal(200, await app.SendAsync(HttpMethod.Get, "/ops"));
        Assert.Equal(200, await app.SendAsync(HttpMethod.Get, "/ops/coverage"));
        app.Client.DefaultRequestHeaders.Remove("X-User");
        foreach (var path in new[] { "/ops", "/ops/coverage", "/ops/live", "/ops/page.js", "/ops/outbox/dead" })
        {
            Assert.Equal(302, await app.SendAsync(HttpMethod.Get, path));
        }
    }

    [Fact]
    public async Task Every_post_without_antiforgery_is_refused()
    {
        await using var app = await StartAsync(app => app.MapIntilery("/ops").RequireAuthorization());

        foreach (var action in new[] { "dead/retry", "dead/purge", "destination/redirect", "destination/purge", "check" })
        {
            Assert.Equal(400, await app.PostFormAsync($"/ops/{action}", ("id", "1")));
            Assert.Equal(405, await app.SendAsync(HttpMethod.Get, $"/ops/{action}"));
        }
    }

    [Fact]
    public async Task A_post_with_the_page_s_antiforgery_token_is_taken()
    {
        await using var app = await StartAsync(app => app.MapIntilery("/ops").RequireAuthorization());
        using var page = await app.Client.GetAsync("/ops", Cancelled);
        var token = Token().Match(await page.Content.ReadAsStringAsync(Cancelled)).Groups[1].Value;
        app.Client.DefaultRequestHeaders.Add("Cookie", page.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));

        Assert.Equal(200, await app.PostFormAsync("/ops/dead/retry", ("id", "1"), ("__RequestVerificationToken", token)));
        Assert.Equal(400, await app.PostFormAsync("/ops/dead/retry", ("id", "1"), ("__RequestVerificationToken", token + "x")));
    }

    [Fact]
    public async Task An_anonymous_page_starts_and_shows_nothing_personal_and_changes_nothing()
    {
        await using var app = await StartAsync(app => app.MapIntilery("/ops").AllowAnonymous());
        app.Client.DefaultRequestHeaders.Remove("X-User");

        Assert.Equal(200, await app.SendAsync(HttpMethod.Get, "/ops"));
        Assert.Equal(404, await app.SendAsync(HttpMethod.Get, "/ops/outbox/dead"));
        Assert.Equal(404, await app.SendAsync(HttpMethod.Get, "/ops/outbox/waiting"));
        foreach (var action in new[] { "dead/retry", "dead/purge", "destination/redirect", "destination/purge", "check" })
        {
            Assert.Equal(403, await app.PostFormAsync($"/ops/{action}"));
        }

        var setup = await app.Client.GetStringAsync("/ops/setup", Cancelled);
        Assert.Contains("\"report\":[],\"configuration\":[]", setup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_Development_it_changes_nothing_of_the_outbox()
    {
        await using var app = await IdentityApp.StartAsync(new() { Environment = "Development", OnKestrel = true });
        using var client = Client(app);
        using var content = new FormUrlEncodedContent([]);

        using var response = await client.PostAsync("/_intilery/dead/purge", content, Cancelled);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData("/ops")]
    [InlineData("/ops/coverage")]
    [InlineData("/ops/page.js")]
    public async Task Its_policy_lets_nothing_in_and_nothing_be_markup(string path)
    {
        await using var app = await StartAsync(app => app.MapIntilery("/ops").RequireAuthorization());

        using var response = await app.Client.GetAsync(path, Cancelled);

        Assert.Equal(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; "
            + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
            Assert.Single(response.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.True(response.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task The_set_up_never_shows_the_token()
    {
        await using var app = await StartAsync(app => app.MapIntilery("/ops").RequireAuthorization());

        var setup = await app.Client.GetStringAsync("/ops/setup", Cancelled);

        Assert.Contains("{\"key\":\"Intilery:AuthToken\",\"value\":\"set\",\"isDefault\":false}", setup, StringComparison.Ordinal);
        Assert.DoesNotContain(TrackingApi.Token, setup, StringComparison.Ordinal);
        Assert.DoesNotContain(TrackingApi.Token[..6], setup, StringComparison.Ordinal);
    }

    private static Task<EndpointApp> StartAsync(Action<WebApplication> endpoints) => EndpointApp.StartAsync(
        app =>
        {
            app.UseAuthorization();
            endpoints(app);
        },
        services: services =>
        {
            services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
            services.AddAuthorization();
            services.AddAntiforgery();
        });

    private static HttpClient Client(IdentityApp app) => new() { BaseAddress = app.Address };

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path, string? header = null, string? value = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        return response.StatusCode;
    }

    [GeneratedRegex("data-token=\"([^\"]+)\"")]
    private static partial Regex Token();
}
