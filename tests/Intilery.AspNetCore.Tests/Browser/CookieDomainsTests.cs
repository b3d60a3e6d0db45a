using Intilery.AspNetCore.Browser;

namespace Intilery.AspNetCore.Tests.Browser;

public sealed class CookieDomainsTests
{
    [Theory]
    [InlineData("example.com", "example.com")]
    [InlineData("app.example.co.uk", "app.example.co.uk example.co.uk co.uk")]
    [InlineData("a.b.c.d.example.com", "b.c.d.example.com c.d.example.com d.example.com example.com")]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example")]
    [InlineData("localhost", "")]
    [InlineData("127.0.0.1", "")]
    [InlineData("[::1]", "")]
    [InlineData("", "")]
    [InlineData("a..b", "")]
    [InlineData("example.com.", "")]
    [InlineData("example.com; secure", "")]
    [InlineData("bücher.example", "")]
    public void They_are_the_host_and_its_parents_but_for_the_last_label(string host, string expected) =>
        Assert.Equal(expected, string.Join(' ', CookieDomains.Of(host)));

    [Theory]
    [InlineData("example.com", "example.com", true)]
    [InlineData("example.com", "app.EXAMPLE.com", true)]
    [InlineData("example.com", "notexample.com", false)]
    [InlineData("example.com", "localhost", false)]
    public void A_domain_covers_its_own_hosts(string domain, string host, bool expected) => Assert.Equal(expected, CookieDomains.Covers(domain, host));
}
