using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>Knows which schemes carry sessions: Identity's application cookie and bearer tokens, and plain cookie schemes.</summary>
internal sealed class TrackedSchemes(IAuthenticationSchemeProvider schemes, IOptionsMonitor<IntileryOptions> options)
{
    // The handler is internal to the framework; its options are what tells it.
    private const string BearerTokenHandler = "Microsoft.AspNetCore.Authentication.BearerToken.BearerTokenHandler";

    // What a remote handler leaves in the properties of what it signs in.
    private const string RemoteMark = ".AuthScheme";

    // The last one is IdentityServer's.
    private static readonly string[] _intermediate =
        [IdentityConstants.ExternalScheme, IdentityConstants.TwoFactorUserIdScheme, IdentityConstants.TwoFactorRememberMeScheme, "idsrv.external"];

    /// <summary>Returns what the scheme is, or <see cref="SchemeKind.Untracked"/> if it does not exist.</summary>
    public async Task<SchemeKind> KindOfAsync(string? scheme) =>
        scheme is not null && await schemes.GetSchemeAsync(scheme).ConfigureAwait(false) is { } known ? KindOf(known) : SchemeKind.Untracked;

    /// <summary>Returns the names of the schemes that are tracked, for the start-up line.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync() =>
        [.. (await schemes.GetAllSchemesAsync().ConfigureAwait(false))
            .Where(scheme => KindOf(scheme) is SchemeKind.Cookie or SchemeKind.Token)
            .Select(scheme => scheme.Name)];

    /// <summary>
    /// Whether a remote handler's sign-in to a cookie is a step on the way to the session, which another cookie carries. Where no other
    /// does, or the scheme is named by option, it is the session itself.
    /// </summary>
    public async Task<bool> IsStepAsync(string cookieScheme, AuthenticationProperties? properties)
    {
        if (properties?.Items.ContainsKey(RemoteMark) != true || options.CurrentValue.TrackedSchemes.Count > 0 || cookieScheme == IdentityConstants.ApplicationScheme)
        {
            return false;
        }

        var authenticates = await schemes.GetDefaultAuthenticateSchemeAsync().ConfigureAwait(false);
        return authenticates?.Name != cookieScheme
            && ((authenticates is not null && IsCookie(authenticates))
                || await schemes.GetSchemeAsync(IdentityConstants.ApplicationScheme).ConfigureAwait(false) is not null);
    }

    private static bool IsCookie(AuthenticationScheme scheme) => typeof(CookieAuthenticationHandler).IsAssignableFrom(scheme.HandlerType);

    private SchemeKind KindOf(AuthenticationScheme scheme)
    {
        var configured = options.CurrentValue.TrackedSchemes;
        if (configured.Count > 0 ? !configured.Contains(scheme.Name) : _intermediate.Contains(scheme.Name))
        {
            return _intermediate.Contains(scheme.Name) ? SchemeKind.Intermediate : SchemeKind.Untracked;
        }

        if (IsCookie(scheme))
        {
            return SchemeKind.Cookie;
        }

        return scheme.HandlerType.FullName == BearerTokenHandler || configured.Count > 0 ? SchemeKind.Token : SchemeKind.Untracked;
    }
}
