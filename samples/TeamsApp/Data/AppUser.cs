using Microsoft.AspNetCore.Identity;

namespace TeamsApp.Data;

public sealed class AppUser : IdentityUser
{
    public string? FirstName { get; set; }

    public string? LastName { get; set; }

    public string? JobTitle { get; set; }

    /// <summary>Gets when the person signed up.</summary>
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>Gets or sets the team that the person works in now; the session's <c>tenant_id</c> claim says the same.</summary>
    public Guid? CurrentTeamId { get; set; }
}
