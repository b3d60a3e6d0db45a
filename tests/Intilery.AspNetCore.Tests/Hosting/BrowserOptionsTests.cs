using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Hosting;

public sealed class BrowserOptionsTests
{
    [Theory]
    [InlineData("CookieDomain", "https://example.com", "Intilery:Browser:CookieDomain is 'https://example.com', but must be a domain, such as example.com.")]
    [InlineData("CookiePrefix", "a b", "Intilery:Browser:CookiePrefix is 'a b', but must be of letters, digits, '-', '_' and '.'.")]
    [InlineData("ResetCookie", "reset;", "Intilery:Browser:ResetCookie is 'reset;', but must be of letters, digits, '-', '_' and '.'.")]
    [InlineData("TagVariable", "window.analytics", "Intilery:Browser:TagVariable is 'window.analytics', but must be the name of a variable, such as analytics.")]
    public void What_would_break_a_header_or_a_script_stops_the_start(string key, string value, string error)
    {
        using var host = WorkerHost.Create("Development", new Dictionary<string, string?> { ["Browser:" + key] = value });

        var exception = Assert.Throws<OptionsValidationException>(() => host.Options);

        Assert.Equal([error], exception.Failures);
    }
}
