using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>What signing in to a scheme means.</summary>
internal enum SchemeKind
{
    /// <summary>Nothing that is tracked: a policy scheme, a scheme left out by option.</summary>
    Untracked,

    /// <summary>A step of a sign-in, or something beside the session.</summary>
    Intermediate,

    /// <summary>A session in a cookie.</summary>
    Cookie,

    /// <summary>A session in a token, which the sign-in itself writes to the response.</summary>
    Token,
}

/// <summary>A scheme, what signing in to it means, and why.</summary>
internal readonly record struct TrackedScheme(string? Name, SchemeKind Kind, string Why)
{
    public bool IsTracked => Kind is SchemeKind.Cookie or SchemeKind.Token;
}

/// <summary>
/// Knows which schemes carry sessions: those that <c>TrackedSchemes</c> names; else Identity's application cookie, bearer tokens, and the
/// cookies by which requests are authenticated. A cookie beside these carries a step of a sign-in, or an addition to the session.
/// </summary>
internal sealed class TrackedSchemes(
    IAuthenticationSchemeProvider schemes,
    IOptionsMonitor<IntileryOptions> options,
    IServiceProvider services,
    LifecycleDiagnostics diagnostics)
{
    // The handler is internal to the framework; its name identifies it.
    private const string BearerTokenHandler = "Microsoft.AspNetCore.Authentication.BearerToken.BearerTokenHandler";

    // The last one is IdentityServer's.
    private static readonly string[] _intermediate =
        [IdentityConstants.ExternalScheme, IdentityConstants.TwoFactorUserIdScheme, IdentityConstants.TwoFactorRememberMeScheme, "idsrv.external"];

    private volatile EndpointSchemes? _endpoints;

    public async Task<TrackedScheme> OfSignInAsync(string? scheme) =>
        await OfAsync(scheme ?? (await schemes.GetDefaultSignInSchemeAsync().ConfigureAwait(false))?.Name).ConfigureAwait(false);

    public async Task<TrackedScheme> OfSignOutAsync(string? scheme) =>
        await OfAsync(scheme ?? (await schemes.GetDefaultSignOutSchemeAsync().ConfigureAwait(false))?.Name).ConfigureAwait(false);

    /// <summary>Returns what a scheme is; untracked if it does not exist.</summary>
    public async Task<TrackedScheme> OfAsync(string? name) =>
        name is not null && await schemes.GetSchemeAsync(name).ConfigureAwait(false) is { } known
            ? await OfAsync(known).ConfigureAwait(false)
            : new TrackedScheme(name, SchemeKind.Untracked, "it is not registered");

    /// <summary>Returns all schemes, for the start-up report.</summary>
    public async Task<IReadOnlyList<TrackedScheme>> AllAsync()
    {
        var all = new List<TrackedScheme>();
        foreach (var scheme in await schemes.GetAllSchemesAsync().ConfigureAwait(false))
        {
            all.Add(await OfAsync(scheme).ConfigureAwait(false));
        }

        return all;
    }

    /// <summary>Returns the names of the schemes that are tracked.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync() =>
        [.. (await AllAsync().ConfigureAwait(false)).Where(scheme => scheme.IsTracked).Select(scheme => scheme.Name!)];

    /// <summary>Returns the name of the scheme that authenticates requests by default; <see langword="null"/> if there is none.</summary>
    public async Task<string?> DefaultAsync() => (await schemes.GetDefaultAuthenticateSchemeAsync().ConfigureAwait(false))?.Name;

    /// <summary>Returns whether the application's own class handles a cookie scheme; it may write any ticket.</summary>
    public async Task<bool> HasOwnHandlerAsync(string cookieScheme) =>
        (await schemes.GetSchemeAsync(cookieScheme).ConfigureAwait(false))?.HandlerType != typeof(CookieAuthenticationHandler);

    private static bool IsCookie(AuthenticationScheme scheme) => typeof(CookieAuthenticationHandler).IsAssignableFrom(scheme.HandlerType);

    private async Task<TrackedScheme> OfAsync(AuthenticationScheme scheme)
    {
        if (options.CurrentValue.TrackedSchemes is { Count: > 0 } configured)
        {
            return configured.Contains(scheme.Name) ? Is(
                IsCookie(scheme) ? SchemeKind.Cookie : SchemeKind.Token, "Intilery:TrackedSchemes names it")
                : Is(
                    _intermediate.Contains(scheme.Name) ? SchemeKind.Intermediate : SchemeKind.Untracked,
                    "Intilery:TrackedSchemes does not name it");
        }

        return _intermediate.Contains(scheme.Name) ? Is(SchemeKind.Intermediate, "it carries a step of a sign-in")
            : scheme.HandlerType.FullName == BearerTokenHandler ? Is(SchemeKind.Token, "it issues bearer tokens")
            : !IsCookie(scheme) ? Is(SchemeKind.Untracked, "its handler carries no session that Intilery knows")
            : scheme.Name == IdentityConstants.ApplicationScheme ? Is(SchemeKind.Cookie, "it is Identity's application cookie")
            : scheme.Name == await DefaultAsync().ConfigureAwait(false) ? Is(SchemeKind.Cookie, "it is the default scheme")
            : await OfCookieAsync(scheme).ConfigureAwait(false);

        TrackedScheme Is(SchemeKind kind, string why) => new(scheme.Name, kind, why);
    }

    // A cookie that is neither Identity's nor the default one.
    private async Task<TrackedScheme> OfCookieAsync(AuthenticationScheme cookie)
    {
        var (authenticating, isAny) = await AuthenticatingAsync().ConfigureAwait(false);
        if (isAny || authenticating.Contains(cookie.Name))
        {
            return new TrackedScheme(cookie.Name, SchemeKind.Cookie, isAny
                ? "a scheme that authenticates requests may forward to it"
                : "an endpoint, an authorization policy or a forwarding scheme authenticates requests by it");
        }

        foreach (var scheme in await schemes.GetAllSchemesAsync().ConfigureAwait(false))
        {
            if (IsCookie(scheme) && (scheme.Name == IdentityConstants.ApplicationScheme || authenticating.Contains(scheme.Name)))
            {
                return new TrackedScheme(cookie.Name, SchemeKind.Intermediate,
                    $"the session is in {scheme.Name}, and no endpoint, policy or default authenticates requests by this cookie; if it carries sessions, name all schemes that do in Intilery:TrackedSchemes");
            }
        }

        return new TrackedScheme(cookie.Name, SchemeKind.Cookie, "no other cookie carries the session");
    }

    // The schemes by which requests are authenticated, and those that these forward to; a selector may name any.
    private async Task<(HashSet<string> Names, bool IsAny)> AuthenticatingAsync()
    {
        var names = new HashSet<string>(EndpointNames(), StringComparer.Ordinal);
        if (await DefaultAsync().ConfigureAwait(false) is { } byDefault)
        {
            names.Add(byDefault);
        }

        var isAny = false;
        var open = new Queue<string>(names);
        while (open.TryDequeue(out var name))
        {
            var forwards = await schemes.GetSchemeAsync(name).ConfigureAwait(false) is { } scheme ? OptionsOf(scheme) : null;
            isAny |= forwards is { ForwardAuthenticate: null, ForwardDefaultSelector: not null };
            if ((forwards?.ForwardAuthenticate ?? forwards?.ForwardDefault) is { } target && names.Add(target))
            {
                open.Enqueue(target);
            }
        }

        return (names, isAny);
    }

    private AuthenticationSchemeOptions? OptionsOf(AuthenticationScheme scheme)
    {
        for (var type = scheme.HandlerType; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(AuthenticationHandler<>))
            {
                return (services.GetService(typeof(IOptionsMonitor<>).MakeGenericType(type.GetGenericArguments())) as IOptionsMonitor<AuthenticationSchemeOptions>)
                    ?.Get(scheme.Name);
            }
        }

        return null;
    }

    private HashSet<string> EndpointNames()
    {
        if (_endpoints is { HasChanged: false } known)
        {
            return known.Names;
        }

        var source = services.GetService<EndpointDataSource>();
        var until = source?.GetChangeToken();
        var names = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            var authorization = services.GetService<IOptions<AuthorizationOptions>>()?.Value;
            Add(names, authorization?.DefaultPolicy);
            Add(names, authorization?.FallbackPolicy);
            foreach (var filter in services.GetService<IOptions<MvcOptions>>()?.Value.Filters.OfType<AuthorizeFilter>() ?? [])
            {
                Add(names, filter.Policy);
                Add(names, filter.AuthorizeData ?? [], authorization);
            }

            foreach (var endpoint in source?.Endpoints ?? [])
            {
                Add(names, endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>(), authorization);
                foreach (var policy in endpoint.Metadata.GetOrderedMetadata<AuthorizationPolicy>())
                {
                    Add(names, policy);
                }
            }
        }
        catch (Exception exception)
        {
            // The application's own endpoints or options fail; the schemes found so far count.
            diagnostics.Failed("reading which schemes the endpoints authenticate by", exception);
        }

        _endpoints = new EndpointSchemes(names, until);
        return names;
    }

    private static void Add(HashSet<string> names, IEnumerable<IAuthorizeData> metadata, AuthorizationOptions? authorization)
    {
        foreach (var data in metadata)
        {
            names.UnionWith(
                data.AuthenticationSchemes?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? []);
            Add(names, data.Policy is { } policy ? authorization?.GetPolicy(policy) : null);
        }
    }

    private static void Add(HashSet<string> names, AuthorizationPolicy? policy) => names.UnionWith(policy?.AuthenticationSchemes ?? []);

    private sealed record EndpointSchemes(HashSet<string> Names, IChangeToken? Until)
    {
        public bool HasChanged => Until?.HasChanged == true;
    }
}
