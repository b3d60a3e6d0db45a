namespace Intilery.AspNetCore;

/// <summary>
/// The events that wait for another destination than the configured one, as they were when they were listed. They are not delivered: events
/// that were captured for one account are never sent to another without a redirect.
/// </summary>
public sealed record IntileryOtherDestination
{
    /// <summary>Gets the destination: the base address, client, account and brand that were configured when it was captured.</summary>
    public required string Address { get; init; }

    /// <summary>Gets how many events wait.</summary>
    public required long Events { get; init; }

    /// <summary>Gets how many trials run whose Trial Ended has this destination.</summary>
    public required long RunningTrials { get; init; }
}
