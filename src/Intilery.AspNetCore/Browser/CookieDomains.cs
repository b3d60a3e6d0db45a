using System.Net;

namespace Intilery.AspNetCore.Browser;

/// <summary>Under which domains a cookie that a page of a host has set may be kept.</summary>
internal static class CookieDomains
{
    // The longest public suffixes that are not wildcards have four labels. A host is the caller's to choose, and may have a hundred.
    private const int MostLabels = 5;

    /// <summary>
    /// Returns the host and its parents, longest first; none where a cookie cannot have a domain. A browser refuses those that are
    /// public suffixes, which does no harm; a single label always is one.
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

    /// <summary>Whether pages of the host may set cookies with the domain.</summary>
    public static bool Covers(string domain, string host) =>
        host.EndsWith(domain, StringComparison.OrdinalIgnoreCase)
        && (host.Length == domain.Length || host[host.Length - domain.Length - 1] == '.');

    // The server has checked the host, but not for what a header line makes of it.
    private static bool IsName(string host) => host.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');
}
