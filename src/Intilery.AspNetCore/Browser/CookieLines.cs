using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Intilery.AspNetCore.Browser;

/// <summary>
/// Writes the header lines of one response. By hand, because <c>Response.Cookies</c> is the application's: its policy may turn a
/// cookie that scripts must read into one that they cannot, and its <c>Delete</c> takes back deletions of the same name.
/// </summary>
internal sealed class CookieLines(HttpRequest request, IntileryBrowserOptions options)
{
    // RFC 6265, section 3.1: a date in the past.
    private const string InThePast = "expires=Thu, 01 Jan 1970 00:00:00 GMT";

    private readonly List<string> _lines = [];

    public StringValues Lines => new([.. _lines]);

    /// <summary>Sets one of the package's own cookies, which scripts read.</summary>
    public void Set(string name, string value, TimeSpan maxAge) =>
        _lines.Add($"{name}={value}; max-age={(long)maxAge.TotalSeconds}{OwnDomain()}; path=/{(request.IsHttps ? "; secure" : null)}; samesite=lax");

    /// <summary>Deletes one of the package's own cookies.</summary>
    public void Delete(string name) => _lines.Add($"{name}=; {InThePast}{OwnDomain()}; path=/");

    /// <summary>
    /// Deletes cookies that the tag may have set at any level of the domain: the host's own first, the one order in which ASP.NET
    /// Core's own <c>Delete</c> leaves all of them on a response.
    /// </summary>
    public void DeleteEverywhere(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            _lines.Add($"{name}=; {InThePast}; path=/");
        }

        foreach (var domain in CookieDomains.Of(request.Host.Host))
        {
            foreach (var name in names)
            {
                _lines.Add($"{name}=; {InThePast}; domain={domain}; path=/");
            }
        }
    }

    private string? OwnDomain() => options.CookieDomain?.TrimStart('.') is { Length: > 0 } domain && CookieDomains.Covers(domain, request.Host.Host)
        ? $"; domain={domain}"
        : null;
}
