using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.Tests.Support.Teams;

/// <summary>A user as an application of some age has it: names in an object of their own, words that are nobody's convention.</summary>
public sealed class TeamUser : IdentityUser
{
    public PersonName? Name { get; set; }

    public string? Job { get; set; }

    /// <summary>Gets what is no column.</summary>
    public string? Label => Job is null ? null : $"the {Job}";

    public int? OrganizationId { get; set; }

    public bool IsArchived { get; set; }
}
