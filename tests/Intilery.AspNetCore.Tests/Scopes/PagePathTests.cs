using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.Tests.Scopes;

public sealed class PagePathTests
{
    [Theory]
    [InlineData("/teams/acct_123/join/c0de", "/teams/{team}/join/{code}")]
    [InlineData("/teams/acct_123/join/c0de?code=s3cret", "/teams/{team}/join/{code}")]
    [InlineData("/optional/c0de", "/optional/{code}")]
    [InlineData("/optional", "/optional")]
    [InlineData("/files/a/b/c0de", "/files/{path}")]
    [InlineData("/reports-c0de.pdf", "/reports-{code}.{format}")]
    [InlineData("/Plain?code=s3cret", "/Plain")]
    [InlineData("/conventional/Account/Join/c0de", "/conventional/Account/Join/{id}")]
    [InlineData("/conventional", "/conventional/Home/Index")]
    public async Task A_page_is_its_path_with_the_names_of_its_parameters(string address, string expected)
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Endpoints = routes =>
            {
                string[] patterns =
                [
                    "/teams/{team}/join/{code}", "/optional/{code?}", "/files/{**path}", "/reports-{code}.{format}", "/plain",
                    "/conventional/{controller=Home}/{action=Index}/{id?}",
                ];
                foreach (var pattern in patterns)
                {
                    routes.MapPost(pattern, async (SignInManager<IdentityUser> signIns, UserManager<IdentityUser> users) =>
                        await signIns.SignInAsync((await users.FindByEmailAsync("peter@example.com"))!, isPersistent: false));
                }
            },
        });
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        using var response = await browser.PostAsync(address);

        response.EnsureSuccessStatusCode();
        Assert.All(await app.RecordedAsync(), call => Assert.Equal(expected, (string?)call.Call["context"]!["page"]!["path"]));
        Assert.Equal(2, (await app.RecordedAsync()).Count);
    }

    [Fact]
    public async Task The_path_base_is_part_of_the_page()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            BeforeTheLine = pipeline => pipeline.UsePathBase("/app"),
            Endpoints = routes =>
            {
                routes.UseRouting();
                routes.MapPost("/join/{code}", (UserManager<IdentityUser> users) => users.CreateAsync(Work.NewUser("peter")));
            },
        });
        using var browser = app.OpenBrowser();

        using var response = await browser.PostAsync("/app/join/c0de");

        Assert.All(await app.RecordedAsync(), call => Assert.Equal("/app/join/{code}", (string?)call.Call["context"]!["page"]!["path"]));
        Assert.Equal(["identify peter", "Signed Up peter"], await app.LinesAsync());
    }

    [Theory]
    [InlineData("/magic/one-time-c0de")]
    [InlineData("/before-routing/one-time-c0de")]
    [InlineData("/teams/before-routing-c0de")]
    public async Task Where_no_route_says_what_is_a_value_the_event_has_no_page(string address)
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            BeforeTheLine = pipeline =>
            {
                pipeline.Use((context, next) => context.Request.Path.Value!.Contains("before-routing", StringComparison.Ordinal)
                    ? context.Users().CreateAsync(Work.NewUser("peter"))
                    : next(context));
                pipeline.Map("/magic", magic => magic.Run(async context => await context.Users().CreateAsync(Work.NewUser("peter"))));
                pipeline.UseRouting();
            },
            Endpoints = routes => routes.MapPost("/teams/{team}", () => "never reached"),
        });
        using var browser = app.OpenBrowser();
        browser.Client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "Mozilla/5.0 (Test)");

        using var response = await browser.PostAsync(address);

        Assert.Equal(["identify peter", "Signed Up peter"], await app.LinesAsync());
        Assert.All(await app.RecordedAsync(), call => Assert.Equal("Mozilla/5.0 (Test)", (string?)call.Call["context"]!["userAgent"]));
        Assert.All(await app.RecordedAsync(), call => Assert.DoesNotContain("c0de", call.Json, StringComparison.Ordinal));
        Assert.All(await app.RecordedAsync(), call => Assert.Null(call.Call["context"]!["page"]));
    }

    [Fact]
    public async Task A_user_agent_of_any_length_is_bounded()
    {
        await using var app = await Work.StartAsync(context => context.Users().CreateAsync(Work.NewUser("peter")));
        using var browser = app.OpenBrowser();
        browser.Client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", new string('x', 5000));
        browser.Client.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Language", "en");

        await Work.DoAsync(browser);

        Assert.All(await app.RecordedAsync(), call => Assert.Equal(512, ((string?)call.Call["context"]!["userAgent"])!.Length));
        Assert.Equal(2, (await app.RecordedAsync()).Count);
    }
}
