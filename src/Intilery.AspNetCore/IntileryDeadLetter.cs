namespace Intilery.AspNetCore;

/// <summary>An event that Intilery rejected permanently, or that the API cannot accept.</summary>
public sealed record IntileryDeadLetter
{
    /// <summary>Gets its id in the outbox; later events have greater ids.</summary>
    public required long Id { get; init; }

    /// <summary>Gets the event's name; <c>identify</c> for an identify call.</summary>
    public required string EventName { get; init; }

    /// <summary>Gets the user of the event; <see langword="null"/> if none is known.</summary>
    public required string? UserId { get; init; }

    /// <summary>Gets why it was rejected: Intilery's message, if there is one.</summary>
    public required string Reason { get; init; }

    /// <summary>Gets when it was rejected.</summary>
    public required DateTimeOffset RejectedAt { get; init; }

    /// <summary>Gets the call as it was sent, without <c>sentAt</c>. It holds personal data. Empty if it is protected by a key that the application does not have.</summary>
    public required string Json { get; init; }
}
