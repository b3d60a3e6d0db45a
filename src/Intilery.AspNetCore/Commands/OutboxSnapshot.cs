namespace Intilery.AspNetCore.Commands;

/// <summary>What the outbox held when somebody looked.</summary>
/// <param name="Rows">How many events wait.</param>
/// <param name="Age">How long the first of those that could be delivered has waited.</param>
/// <param name="DeadLetters">How many events were rejected and are kept.</param>
internal sealed record OutboxSnapshot(long Rows, TimeSpan Age, long DeadLetters)
{
    /// <summary>Gets when that was.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Gets how many of the events wait for another destination than the configured one.</summary>
    public long Elsewhere { get; init; }
}
