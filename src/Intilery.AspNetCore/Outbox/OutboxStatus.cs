namespace Intilery.AspNetCore.Outbox;

/// <summary>What waits in a store.</summary>
internal sealed record OutboxStatus(long Rows, long Intents, long DeadLetters, IReadOnlyDictionary<string, long> RowsByDestination)
{
    /// <summary>Gets the greatest id of what waits; 0 if nothing does.</summary>
    public long LastId { get; init; }
}
