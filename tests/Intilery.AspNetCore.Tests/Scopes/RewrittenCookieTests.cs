using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Tests.Scopes;

public sealed class RewrittenCookieTests
{
    [Theory]
    [InlineData("; Partitioned")]
    [InlineData("; SameSite=None")]
    public async Task A_cookie_that_middleware_gives_another_attribute_is_still_the_cookie(string attribute)
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            BeforeTheLine = pipeline => pipeline.Use(async (context, next) =>
            {
                await next(context);
                Rewrite(context.Response, line => line + attribute);
            }),
        });
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);
        await IdentityApp.SignOutAsync(browser);

        Assert.Equal([$"identify {peter}", $"Signed In {peter}", $"Signed Out {peter}"], await app.LinesAsync());
    }

    [Fact]
    public async Task A_cookie_of_the_same_name_with_another_value_proves_nothing()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            BeforeTheLine = pipeline => pipeline.Use(async (context, next) =>
            {
                await next(context);
                Rewrite(context.Response, line => line.Replace("Identity.Application=", "Identity.Application=other", StringComparison.Ordinal));
            }),
        });
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);

        Assert.Empty(await app.LinesAsync());
        Assert.Contains("Signed In cookie-withdrawn", app.Reasons());
    }

    private static void Rewrite(HttpResponse response, Func<string, string> rewrite)
    {
        if (!response.HasStarted)
        {
            response.Headers.SetCookie = response.Headers.SetCookie.Select(line => rewrite(line!)).ToArray();
        }
    }
}
