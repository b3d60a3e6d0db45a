namespace Intilery.AspNetCore.Outbox;

/// <summary>
/// The operator's way to what waits for a destination that nobody delivers to any more. Whoever changes it says what they have seen
/// there; if that is not what is there, nothing is changed.
/// </summary>
internal interface IOutboxDestinations
{
    /// <summary>Returns what there is for each destination, in the order of their addresses.</summary>
    ValueTask<IReadOnlyList<DestinationContents>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Lets what waits for one destination wait for another. Returns whether it did.</summary>
    ValueTask<bool> TryRedirectAsync(DestinationContents seen, string destination, CancellationToken cancellationToken);

    /// <summary>Deletes what waits for a destination. Returns whether it did.</summary>
    ValueTask<bool> TryPurgeAsync(DestinationContents seen, CancellationToken cancellationToken);
}
