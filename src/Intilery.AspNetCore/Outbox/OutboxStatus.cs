namespace Intilery.AspNetCore.Outbox;

/// <summary>What waits in a store.</summary>
internal sealed record OutboxStatus(long Rows, long Intents, long DeadLetters, IReadOnlyDictionary<string, long> RowsByDestination);
