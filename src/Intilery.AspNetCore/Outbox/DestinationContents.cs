namespace Intilery.AspNetCore.Outbox;

/// <summary>What a store holds for one destination.</summary>
/// <param name="Destination">The destination.</param>
/// <param name="Rows">How many rows wait for it.</param>
/// <param name="Trials">How many open trials are to end there.</param>
internal sealed record DestinationContents(string Destination, long Rows, long Trials);
