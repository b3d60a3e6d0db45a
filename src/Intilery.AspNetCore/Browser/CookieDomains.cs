using System.Net;

namespace Intilery.AspNetCore.Browser;

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
