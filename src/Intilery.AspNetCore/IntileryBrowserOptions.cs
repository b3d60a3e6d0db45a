namespace Intilery.AspNetCore;

/// <summary>
/// The section <c>Intilery:Browser</c>: what the website tag keeps in the browser, and how a sign-out resets it and a sign-in names it.
/// </summary>
public sealed class IntileryBrowserOptions
{
    /// <summary>
    /// Gets or sets a value indicating whether browsers are notified of sign-outs and sign-ins. Default: <see langword="true"/>. If not,
    /// no cookie is set or deleted and there is no script; events still carry the <c>anonymousId</c>.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Gets or sets a value indicating whether the first page after a sign-in identifies the user to the tag
    /// (<c>analytics.identify(userId)</c>, and <c>group</c>). Default: <see langword="true"/>.
    /// </summary>
    public bool Identify { get; set; } = true;

    /// <summary>
    /// Gets or sets the domain of the package's own two cookies, such as <c>example.com</c>. Default: <see langword="null"/>, which
    /// is the host alone: set it where pages with the tag are on other subdomains than the sign-out.
    /// </summary>
    public string? CookieDomain { get; set; }

    /// <summary>Gets or sets how the names of what the tag keeps begin, in cookies and in localStorage. Default: <c>ajs_</c>.</summary>
    public string CookiePrefix { get; set; } = "ajs_";

    /// <summary>
    /// Gets or sets the name of the tag's anonymous id. Default: <see langword="null"/>, which is the prefix and <c>anonymous_id</c>.
    /// </summary>
    public string? AnonymousIdCookie { get; set; }

    /// <summary>
    /// Gets or sets the name of the tag's user id. Default: <see langword="null"/>, which is the prefix and <c>user_id</c>.
    /// </summary>
    public string? UserIdCookie { get; set; }

    /// <summary>
    /// Gets or sets the name of the tag's group id. Default: <see langword="null"/>, which is the prefix and <c>group_id</c>.
    /// </summary>
    public string? GroupIdCookie { get; set; }

    /// <summary>Gets or sets the cookie that notifies pages of a sign-out. It holds a random id. Default: <c>intilery_reset</c>.</summary>
    public string ResetCookie { get; set; } = "intilery_reset";

    /// <summary>
    /// Gets or sets the cookie that notifies the next page of a sign-in. It holds the user's id and account, for five minutes at most.
    /// Default: <c>intilery_identify</c>.
    /// </summary>
    public string IdentifyCookie { get; set; } = "intilery_identify";

    /// <summary>Gets or sets the global variable that the tag is in. Default: <c>analytics</c>.</summary>
    public string TagVariable { get; set; } = "analytics";

    internal string AnonymousIdName => AnonymousIdCookie ?? CookiePrefix + "anonymous_id";

    internal string UserIdName => UserIdCookie ?? CookiePrefix + "user_id";

    internal string GroupIdName => GroupIdCookie ?? CookiePrefix + "group_id";

    /// <summary>Gets the name of the query parameter by which a link hands an anonymous id to the tag.</summary>
    internal string AnonymousIdParameter => CookiePrefix + "aid";
}
