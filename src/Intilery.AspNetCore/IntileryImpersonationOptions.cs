namespace Intilery.AspNetCore;

/// <summary>
/// The section <c>Intilery:Impersonation</c>: how a principal says that somebody else acts in its user's name. What such a session
/// does in the user's name, and to the user's memberships, is no event, for the reason <c>impersonated</c>; a profile that it saves is
/// identified without the browser. Other users that it creates or changes are real, and what happens to them are events.
/// </summary>
public sealed class IntileryImpersonationOptions
{
    // RFC 8693, section 4.1, and the same as a claim of its own, as issuers of flat tokens write it.
    private static readonly string[] _defaults = ["act", "act_sub"];

    /// <summary>
    /// Gets the claim types of which one is enough. Default: empty, which is <c>act</c> (RFC 8693, section 4.1) and
    /// <c>act_sub</c>. Configured types replace these. A sign-in that ends such a session, as the user whom it names, is no event either.
    /// </summary>
    public IList<string> ClaimTypes { get; } = [];

    internal IList<string> EffectiveClaimTypes => ClaimTypes.Count > 0 ? ClaimTypes : _defaults;
}
