namespace Intilery.AspNetCore.Tests.Support.Teams;

/// <summary>A member whose key is the user's and the team's.</summary>
public sealed class TeamMember
{
    public string UserId { get; set; } = null!;

    public TeamUser? User { get; set; }

    public int TeamId { get; set; }

    public TeamRole Role { get; set; }
}
