using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.Tests.Capture;

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

    [Fact]
    public async Task A_user_agent_of_any_length_is_bounded()
    {
        await using var app = await Work.StartAsync(context => context.Users().CreateAsync(Work.NewUser("peter")));
        using var browser = app.OpenBrowser();
        browser.Client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", new string('x', 5000));

        await Work.DoAsync(browser);

        Assert.All(await app.RecordedAsync(), call => Assert.Equal(512, ((string?)call.Call["context"]!["userAgent"])!.Length));
        Assert.Equal(2, (await app.RecordedAsync()).Count);
    }
}
