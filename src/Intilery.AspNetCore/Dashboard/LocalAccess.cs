using System.Net;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Dashboard;

/// <summary>
/// Decides who may see the page where the application has not mapped it: the person at this machine only. A tunnel or proxy on this
/// machine connects from loopback too; it is known by the host name that it asks for, and by its headers.
/// </summary>
internal static class LocalAccess
{
    // What proxies add, and what the middleware for forwarded headers leaves behind when it has applied them.
    private static readonly string[] _prefixes = ["X-Forwarded-", "X-Original-"];
    private static readonly string[] _names = ["Forwarded", "Via", "X-Real-IP", "CF-Connecting-IP"];

    public static bool IsAllowed(HttpContext context) =>
        context.Connection is { RemoteIpAddress: { } remote, LocalIpAddress: { } local }
        && IPAddress.IsLoopback(remote)
        && IPAddress.IsLoopback(local)
        && IsLocalName(context.Request.Host)
        && !IsForwarded(context.Request.Headers);

    // A name that any DNS server may point at 127.0.0.1 is not local (DNS rebinding).
    private static bool IsLocalName(HostString host) =>
        string.Equals(host.Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || host.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static bool IsForwarded(IHeaderDictionary headers)
    {
        foreach (var (name, _) in headers)
        {
            if (_names.Contains(name, StringComparer.OrdinalIgnoreCase)
                || Array.Exists(_prefixes, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }
}
