using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Intilery.AspNetCore.Browser;

/// <summary>
/// Writes the <c>Set-Cookie</c> lines of one response. <c>Response.Cookies</c> is not used: the application's cookie policy may
/// make a cookie <c>HttpOnly</c> that scripts must read, and its <c>Delete</c> removes earlier deletions of the same name.
/// </summary>
internal sealed class CookieLines(HttpRequest request, IntileryBrowserOptions options)
{
    // RFC 6265, section 3.1: a date in the past.
    private const string InThePast = "expires=Thu, 01 Jan 1970 00:00:00 GMT";

    private readonly List<string> _lines = [];

    public StringValues Lines => new([.. _lines]);

    /// <summary>Sets one of the package's cookies, which scripts read.</summary>
    public void Set(string name, string value, TimeSpan maxAge) =>
        _lines.Add(
            $"{name}={value}; max-age={(long)maxAge.TotalSeconds}{OwnDomain()}; path=/{(request.IsHttps ? "; secure" : null)}; samesite=lax");

    /// <summary>Deletes one of the package's cookies.</summary>
    public void Delete(string name) => _lines.Add($"{name}=; {InThePast}{OwnDomain()}; path=/");

    /// <summary>
    /// Deletes cookies that the tag may have set at any level of the domain: the host's first, the only order in which a later
    /// <c>Delete</c> of ASP.NET Core keeps all of them on the response.
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

    private string? OwnDomain() =>
        options.CookieDomain?.TrimStart('.') is { Length: > 0 } domain && CookieDomains.Covers(domain, request.Host.Host)
        ? $"; domain={domain}"
        : null;
}

/// <summary>The domains of cookies that a page of a host can set.</summary>
internal static class CookieDomains
{
    // The longest public suffixes without wildcards have four labels. The client chooses the host, which may have a hundred.
    private const int MostLabels = 5;

    /// <summary>
    /// Returns the host and its parent domains, longest first; none if a cookie cannot have a domain. Browsers ignore a
    /// domain that is a public suffix; a single label always is one.
    /// </summary>
    public static IReadOnlyList<string> Of(string host)
    {
        if (host.Length == 0 || !host.Contains('.', StringComparison.Ordinal) || !IsName(host) || IPAddress.TryParse(host, out _))
        {
            return [];
        }

        var labels = host.Split('.');
        if (labels.Contains(string.Empty))
        {
            return [];
        }

        var domains = new List<string>(MostLabels - 1);
        for (var count = Math.Min(labels.Length, MostLabels); count > 1; count--)
        {
            domains.Add(string.Join('.', labels[^count..]));
        }

        return domains;
    }

    /// <summary>Returns whether pages of the host may set cookies with the domain.</summary>
    public static bool Covers(string domain, string host) =>
        host.EndsWith(domain, StringComparison.OrdinalIgnoreCase)
        && (host.Length == domain.Length || host[host.Length - domain.Length - 1] == '.');

    // The server has validated the host, but not for use in a Set-Cookie header.
    private static bool IsName(string host) => host.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');
}
