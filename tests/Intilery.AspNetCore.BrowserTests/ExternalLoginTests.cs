using Intilery.AspNetCore.BrowserTests.Site;
using Intilery.AspNetCore.BrowserTests.Support;
using Microsoft.Playwright;

namespace Intilery.AspNetCore.BrowserTests;

/// <summary>To a login provider on another site and back, by a form that posts itself: the tag's cookie stays behind, the history does not.</summary>
public sealed class ExternalLoginTests(Chromium chromium)
{
    [Theory]
    [InlineData("next", "", "localhost")]
    [InlineData("next", EagerSignUp.Prefix, "app.example.test")]
    [InlineData("classic", EagerSignUp.Prefix, "localhost")]
    [InlineData("customerio", "", "app.example.test")]
    public async Task Who_signs_up_by_a_login_provider_joins_the_anonymous_history_of_before_they_left(string tag, string prefix, string host)
    {
        await using var person = await chromium.OpenAsync(new Variant(tag, "nonce", IsSlow: false), "https", host);
        var name = prefix + Guid.NewGuid().ToString("N");
        await person.Context.AddCookiesAsync(
            [new Cookie { Name = LoginProvider.PersonCookie, Value = TeamsSite.Email(name), Domain = LoginProvider.Host, Path = "/" }]);
        var page = await person.OpenTabAsync();
        var anonymous = (string)(await person.BrowseAsync(page, "/login"))["anonymousId"]!;
        Assert.Contains((await CookiesAsync(page)).Split("; "), cookie => cookie.StartsWith("ajs_anonymous_id=", StringComparison.Ordinal));

        IRequest? callback = null;
        page.Request += (_, request) => callback = request.Method == "POST" && request.IsNavigationRequest ? request : callback;
        var landing = await person.WithPageEventAsync(() => page.ClickAsync("a[href^='/login/with/']"));

        // It was a form of another site's, which the cookies of the round trip came with, and the tag's did not.
        var sent = await callback!.AllHeadersAsync();
        Assert.Equal(("cross-site", "/signin-oidc"), (sent["sec-fetch-site"], new Uri(callback.Url).AbsolutePath));
        Assert.Contains(".AspNetCore.Correlation.", sent["cookie"], StringComparison.Ordinal);
        Assert.DoesNotContain("ajs_", sent["cookie"], StringComparison.Ordinal);

        var (userId, _) = await person.Site.IdsAsync(name);
        Assert.Equal((userId, anonymous), ((string?)landing["userId"], (string?)landing["anonymousId"]));
        var calls = await chromium.Api.WaitForAsync(calls => calls.Any(call => call.UserId == userId && call.Event == "Signed In"), "Signed In");
        Assert.Equal(
            [$"identify {anonymous}", $"Signed Up {anonymous}", $"Signed In {anonymous}"],
            calls.Where(call => call.UserId == userId).Select(call => $"{call.Event} {call.AnonymousId}"));
        Assert.Empty(person.Complaints);
    }

    private static Task<string> CookiesAsync(IPage page) => page.EvaluateAsync<string>("() => document.cookie");
}
