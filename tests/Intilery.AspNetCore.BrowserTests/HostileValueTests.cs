using System.Collections.Concurrent;
using Intilery.AspNetCore.BrowserTests.Site;
using Intilery.AspNetCore.BrowserTests.Support;
using Microsoft.Playwright;

namespace Intilery.AspNetCore.BrowserTests;

/// <summary>Anybody can plant any cookie or link: it never becomes markup, a header or a failure.</summary>
public sealed class HostileValueTests(Chromium chromium)
{
    private const string Markup = "%22%3E%3C%2Fscript%3E%3Cscript%3Ewindow.pwned%3D1%3C%2Fscript%3E";

    [Theory]
    [InlineData(Markup)]
    [InlineData("%E0%A4%A")]
    [InlineData("%0D%0ASet-Cookie:%20pwned=1")]
    [InlineData("__proto__&__proto__")]
    [InlineData("&&&")]
    public async Task A_planted_value_does_nothing_but_be_a_value(string planted)
    {
        await using var person = await chromium.OpenAsync(new Variant("next", "nonce", IsSlow: false));
        await person.Context.AddCookiesAsync(
        [
            .. new[] { "intilery_reset", "intilery_identify", "ajs_anonymous_id", "ajs_user_id", "ajs_group_id" }
                .Select(name => new Cookie { Name = name, Value = planted, Domain = "localhost", Path = "/" }),
        ]);
        var page = await person.OpenTabAsync();
        var responses = new ConcurrentQueue<IResponse>();
        page.Response += (_, response) => responses.Enqueue(response);

        await person.BrowseAsync(page, $"/?ajs_aid={Markup}&ajs_uid={Markup}");
        await person.RegisterAsync(page, Guid.NewGuid().ToString("N"));
        await person.SignOutAsync(page);

        Assert.Null(await page.EvaluateAsync<int?>("() => window.pwned ?? null"));
        Assert.DoesNotContain("window.pwned", await page.ContentAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(await person.Context.CookiesAsync(), cookie => cookie.Name == "pwned");
        Assert.All(responses, response => Assert.InRange(response.Status, 200, 399));
        Assert.Empty(person.Complaints);
    }
}
