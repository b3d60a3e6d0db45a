namespace Intilery.AspNetCore;

/// <summary>
/// The section <c>Intilery:Impersonation</c>: how a principal shows that another person acts in its user's name. Such a session
/// sends no events in the user's name or about the user's memberships, with the reason <c>impersonated</c>; a profile that it saves is
/// identified without the browser. Events about other users whom it creates or changes are sent.
/// </summary>
public sealed class IntileryImpersonationOptions
{
    // RFC 8693, section 4.1, and the same as a claim of its own, as issuers of flat tokens write it.
    private static readonly string[] _defaults = ["act", "act_sub"];

    /// <summary>
    /// Gets the claim types of which one is enough. Default: empty, which is <c>act</c> (RFC 8693, section 4.1) and
    /// <c>act_sub</c>. Configured types replace these. The sign-in that ends such a session, as the user whom it names, is not sent either.
    /// </summary>
    public IList<string> ClaimTypes { get; } = [];

    internal IList<string> EffectiveClaimTypes => ClaimTypes.Count > 0 ? ClaimTypes : _defaults;
}
