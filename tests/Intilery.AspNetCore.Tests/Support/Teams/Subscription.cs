namespace Intilery.AspNetCore.Tests.Support.Teams;

/// <summary>What a team pays for, or tries.</summary>
public sealed record Subscription
{
    public int Id { get; set; }

    public int TeamId { get; set; }

    public string Plan { get; set; } = "Business";

    public SubscriptionStatus Status { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    public DateTimeOffset? TrialEndsAt { get; set; }

    public string? Note { get; set; }
}
