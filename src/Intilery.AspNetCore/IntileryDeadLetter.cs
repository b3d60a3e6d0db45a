namespace Intilery.AspNetCore;

/// <summary>An event that Intilery rejected for good, or that the API cannot take.</summary>
public sealed record IntileryDeadLetter
{
    /// <summary>Gets what names it in the outbox; later events have greater ones.</summary>
    public required long Id { get; init; }

    /// <summary>Gets the event's name; <c>identify</c> for an identify call.</summary>
    public required string EventName { get; init; }

    /// <summary>Gets the user of the event; <see langword="null"/> if none is known.</summary>
    public required string? UserId { get; init; }

    /// <summary>Gets why it was rejected, in Intilery's own words if it gave any.</summary>
    public required string Reason { get; init; }

    /// <summary>Gets when it was rejected.</summary>
    public required DateTimeOffset RejectedAt { get; init; }

    /// <summary>Gets the call as it was sent, without <c>sentAt</c>. It holds personal data.</summary>
    public required string Json { get; init; }
}
