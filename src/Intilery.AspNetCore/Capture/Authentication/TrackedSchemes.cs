using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>Knows which schemes carry sessions: Identity's application cookie and bearer tokens, and plain cookie schemes.</summary>
internal sealed class TrackedSchemes(IAuthenticationSchemeProvider schemes, LiveOptions options)
{
    // The handler is internal to the framework; its options are what tells it.
    private const string BearerTokenHandler = "Microsoft.AspNetCore.Authentication.BearerToken.BearerTokenHandler";

    private static readonly string[] _intermediate =
        [IdentityConstants.ExternalScheme, IdentityConstants.TwoFactorUserIdScheme, IdentityConstants.TwoFactorRememberMeScheme];

    /// <summary>Returns what the scheme is, or <see cref="SchemeKind.Untracked"/> if it does not exist.</summary>
    public async Task<SchemeKind> KindOfAsync(string? scheme) =>
        scheme is not null && await schemes.GetSchemeAsync(scheme).ConfigureAwait(false) is { } known ? KindOf(known) : SchemeKind.Untracked;

    /// <summary>Returns the names of the schemes that are tracked, for the start-up line.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync() =>
        [.. (await schemes.GetAllSchemesAsync().ConfigureAwait(false))
            .Where(scheme => KindOf(scheme) is SchemeKind.Cookie or SchemeKind.Token)
            .Select(scheme => scheme.Name)];

    private SchemeKind KindOf(AuthenticationScheme scheme)
    {
        var configured = options.Current.TrackedSchemes;
        if (configured.Count > 0 ? !configured.Contains(scheme.Name) : _intermediate.Contains(scheme.Name))
        {
            return _intermediate.Contains(scheme.Name) ? SchemeKind.Intermediate : SchemeKind.Untracked;
        }

        if (typeof(CookieAuthenticationHandler).IsAssignableFrom(scheme.HandlerType))
        {
            return SchemeKind.Cookie;
        }

        return scheme.HandlerType.FullName == BearerTokenHandler || configured.Count > 0 ? SchemeKind.Token : SchemeKind.Untracked;
    }
}
