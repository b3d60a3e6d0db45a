using Intilery.AspNetCore.BrowserTests.Site;
using Intilery.AspNetCore.BrowserTests.Support;

namespace Intilery.AspNetCore.BrowserTests;

/// <summary>The sample's Content-Security-Policy: what belongs to the page works under it, and nothing else does.</summary>
public sealed class PolicyTests(Chromium chromium)
{
    [Fact]
    public async Task The_pages_own_style_and_script_pass_and_a_planted_script_does_not()
    {
        await using var person = await chromium.OpenAsync(new Variant("next", "nonce", IsSlow: false));
        var page = await person.OpenTabAsync();
        await person.RegisterAsync(page, Guid.NewGuid().ToString("N"));

        await page.ClickAsync("[data-trial=start]");
        await page.WaitForSelectorAsync("[data-trial=end]");
        Assert.NotEqual("0px", await page.EvaluateAsync<string>("() => getComputedStyle(document.querySelector('.card')).borderTopWidth"));
        Assert.Empty(person.Complaints);

        var complaint = await page.RunAndWaitForConsoleMessageAsync(() => page.EvaluateAsync(
            "() => { document.body.setAttribute('onclick', 'window.pwned = 1'); document.body.click(); }"));

        Assert.Contains("Content Security Policy", complaint.Text, StringComparison.Ordinal);
        Assert.Null(await page.EvaluateAsync<int?>("() => window.pwned ?? null"));
    }
}
