namespace Intilery.AspNetCore;

/// <summary>An event that waits for delivery.</summary>
public sealed record IntileryWaitingEvent
{
    /// <summary>Gets its id in the outbox; events that one process recorded later have greater ids.</summary>
    public required long Id { get; init; }

    /// <summary>Gets the event's name; <c>identify</c> for an identify call.</summary>
    public required string EventName { get; init; }

    /// <summary>Gets the user of the event; <see langword="null"/> if none is known.</summary>
    public required string? UserId { get; init; }

    /// <summary>Gets its destination: the base address, client, account and brand that were configured when it was captured.</summary>
    public required string Address { get; init; }

    /// <summary>Gets when it was recorded.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>Gets the call as it will be sent, without <c>sentAt</c>. It holds personal data. Empty if it is protected by a key that the application does not have.</summary>
    public required string Json { get; init; }
}
