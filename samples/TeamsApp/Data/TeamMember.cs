namespace TeamsApp.Data;

public sealed class TeamMember
{
    public Guid TeamId { get; init; }

    public required string UserId { get; init; }

    public required string Role { get; set; }

    public DateTimeOffset JoinedAt { get; init; }

    public Team? Team { get; init; }

    public AppUser? User { get; init; }
}
