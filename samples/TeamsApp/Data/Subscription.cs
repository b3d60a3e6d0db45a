namespace TeamsApp.Data;

/// <summary>What a team pays for, or tries.</summary>
public sealed class Subscription
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid TeamId { get; init; }

    public required string PlanName { get; set; }

    public bool IsTrial { get; set; }

    public DateTimeOffset StartsAt { get; init; }

    public DateTimeOffset EndsAt { get; set; }
}
