namespace Intilery.AspNetCore.Outbox;

/// <summary>A row that Intilery refused for good, and what it said.</summary>
internal sealed record DeadLetter(OutboxRow Row, string Message, DateTimeOffset At);
