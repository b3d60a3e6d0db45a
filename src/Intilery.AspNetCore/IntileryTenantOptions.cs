namespace Intilery.AspNetCore;

/// <summary>The section <c>Intilery:Tenant</c>: how the tenant, sent as <c>context.groupId</c>, is found.</summary>
public sealed class IntileryTenantOptions
{
    private static readonly string[] _defaults = ["tenant_id", "org_id", "organization_id"];

    /// <summary>
    /// Gets or sets the one claim type that holds the tenant's id. Default: <see langword="null"/>. Set, it is used instead of
    /// <see cref="ClaimTypes"/>.
    /// </summary>
    public string? ClaimType { get; set; }

    /// <summary>
    /// Gets the claim types that may hold the tenant's id; the first that a principal has counts. Default: empty, which is
    /// <c>tenant_id</c>, <c>org_id</c>, <c>organization_id</c>. Configured types replace these. As everywhere in .NET
    /// configuration, arrays of two files are merged by index; <see cref="ClaimType"/> is not.
    /// </summary>
    public IList<string> ClaimTypes { get; } = [];

    /// <summary>
    /// Gets or sets the claim type that holds the user's role in the tenant, sent as <c>role</c> of Account Added User where the
    /// membership itself names none. Default: <see langword="null"/>, which is none: Identity's own roles are of the whole
    /// application, and are not guessed from.
    /// </summary>
    public string? RoleClaimType { get; set; }

    internal IList<string> EffectiveClaimTypes =>
        ClaimType is { } one ? [one] : ClaimTypes.Count > 0 ? ClaimTypes : _defaults;
}
