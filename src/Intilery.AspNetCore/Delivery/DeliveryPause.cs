namespace Intilery.AspNetCore.Delivery;

/// <summary>Why delivery waits for somebody.</summary>
/// <param name="Answer">What the API, or whoever answered in its place, said.</param>
/// <param name="Settings">The settings that it was said to: others end the pause.</param>
internal sealed record DeliveryPause(DeliveryAnswer Answer, DeliverySettings Settings)
{
    /// <summary>Gets when it began.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>
    /// Gets a value indicating whether everything that was sent is rejected, so that the fault is more likely the set-up's than
    /// the events'.
    /// </summary>
    public bool IsForRejections { get; init; }
}
