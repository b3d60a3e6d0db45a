using System.Collections.Concurrent;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>What libraries of multi-tenancy do: each tenant has its own options, here a cookie of its own.</summary>
internal sealed class CookieOptionsPerTenant(IHttpContextAccessor accessor) : IOptionsMonitorCache<CookieAuthenticationOptions>
{
    /// <summary>The header that says which tenant a request is for.</summary>
    public const string Header = "X-Tenant";

    private readonly ConcurrentDictionary<(string? Tenant, string Name), Lazy<CookieAuthenticationOptions>> _options = new();

    private string? Tenant => accessor.HttpContext?.Request.Headers[Header];

    public CookieAuthenticationOptions GetOrAdd(string? name, Func<CookieAuthenticationOptions> createOptions)
    {
        var tenant = Tenant;
        return _options.GetOrAdd((tenant, name ?? Options.DefaultName), _ => new Lazy<CookieAuthenticationOptions>(() =>
        {
            var options = createOptions();
            options.Cookie.Name += tenant;
            return options;
        })).Value;
    }

    public bool TryAdd(string? name, CookieAuthenticationOptions options) =>
        _options.TryAdd((Tenant, name ?? Options.DefaultName), new Lazy<CookieAuthenticationOptions>(options));

    public bool TryRemove(string? name) => _options.TryRemove((Tenant, name ?? Options.DefaultName), out _);

    public void Clear() => _options.Clear();
}
