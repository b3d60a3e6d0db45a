namespace Intilery.AspNetCore;

/// <summary>
/// The section <c>Intilery:Exclude</c>: people who are not customers, such as staff and monitors. What happens to them is no event,
/// for the reason <c>excluded</c>; what they do to others (an administrator creates a user) is an event of those.
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
    /// Gets the roles, as <c>ClaimsPrincipal.IsInRole</c> knows them: of the principal that signs in or out or that is at work, and those
    /// that a user is given in the request, as by an administrator who makes the user. Roles that are only in the database are not
    /// looked up. Default: none.
    /// </summary>
    public IList<string> Roles { get; } = [];

    internal bool HasDomainOf(string? email) =>
        EmailDomains.Count > 0
        && email is not null
        && email.LastIndexOf('@') is >= 0 and var at
        && EmailDomains.Contains(email[(at + 1)..].Trim(), StringComparer.OrdinalIgnoreCase);
}
