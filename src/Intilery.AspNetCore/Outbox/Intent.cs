namespace Intilery.AspNetCore.Outbox;

/// <summary>
/// A committed change whose events are not composed yet. The transaction that deletes it inserts their rows.
/// </summary>
/// <param name="Id">Sortable, see <see cref="RowIdSequence"/>.</param>
/// <param name="Scope">The tracking scope: its intents are committed together.</param>
/// <param name="UserId">The user whose events are held back while the intent exists.</param>
/// <param name="Payload">What the composing stage wrote; opaque here.</param>
internal sealed record Intent(long Id, string Scope, string UserId, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Gets the W3C trace context of the work that recorded it; <see langword="null"/> if there was none.</summary>
    public string? TraceParent { get; init; }
}
