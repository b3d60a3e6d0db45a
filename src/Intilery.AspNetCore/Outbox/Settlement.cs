namespace Intilery.AspNetCore.Outbox;

/// <summary>The end of a scope, in one transaction: delete its intents, insert the rows and dead letters of those that were still there.</summary>
internal sealed record Settlement(IReadOnlyList<long> Intents, IReadOnlyList<OutboxRow> Rows)
{
    /// <summary>Gets the events that can never be delivered; they are kept for operators.</summary>
    public IReadOnlyList<DeadLetter> DeadLetters { get; init; } = [];
}
