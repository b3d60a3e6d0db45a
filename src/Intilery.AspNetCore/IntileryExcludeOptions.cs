namespace Intilery.AspNetCore;

/// <summary>
/// The section <c>Intilery:Exclude</c>: people who are not customers, such as staff and monitors. Events about them are not sent,
/// with the reason <c>excluded</c>; events about others whom they create or change are sent.
/// </summary>
public sealed class IntileryExcludeOptions
{
    /// <summary>
    /// Gets the domains of e-mail addresses, without <c>@</c>, in any case; subdomains are domains of their own. The address is the
    /// user row's or the principal's. Default: none.
    /// </summary>
    public IList<string> EmailDomains { get; } = [];

    /// <summary>Gets the database keys of users. Default: none.</summary>
    public IList<string> UserIds { get; } = [];

    /// <summary>
    /// Gets the roles, as <c>ClaimsPrincipal.IsInRole</c> knows them: of the principal that signs in or out or that does the work, and those
    /// that a user is given in the request, as by an administrator who creates the user. Roles that are only in the database are not
    /// looked up. Default: none.
    /// </summary>
    public IList<string> Roles { get; } = [];

    internal bool HasDomainOf(string? email) =>
        EmailDomains.Count > 0
        && email is not null
        && email.LastIndexOf('@') is >= 0 and var at
        && EmailDomains.Contains(email[(at + 1)..].Trim(), StringComparer.OrdinalIgnoreCase);
}
