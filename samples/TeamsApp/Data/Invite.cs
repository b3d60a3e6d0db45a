namespace TeamsApp.Data;

public sealed class Invite
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid TeamId { get; init; }

    public required string Email { get; init; }

    public string? FirstName { get; init; }

    public string? LastName { get; init; }

    public required string Role { get; init; }

    public required string InvitedById { get; init; }

    public DateTimeOffset SentAt { get; init; }

    public DateTimeOffset? AcceptedAt { get; set; }

    public Team? Team { get; init; }
}
