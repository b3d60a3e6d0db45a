namespace Intilery.AspNetCore;

/// <summary>
/// What waits for another destination than the configured one, as it was when it was looked at. It is not delivered: what was captured
/// for one account never goes to another by itself.
/// </summary>
public sealed record IntileryOtherDestination
{
    /// <summary>Gets where it was to go: the base address, client, account and brand that were configured when it was captured.</summary>
    public required string Address { get; init; }

    /// <summary>Gets how many events wait.</summary>
    public required long Events { get; init; }

    /// <summary>Gets how many trials run whose Trial Ended is to go there.</summary>
    public required long RunningTrials { get; init; }
}
