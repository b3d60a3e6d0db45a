namespace Intilery.AspNetCore.Outbox;

/// <summary>
/// A committed change whose meaning is not settled yet. Whoever deletes it in the transaction that inserts its rows has settled it.
/// </summary>
/// <param name="Id">Sortable, see <see cref="RowIdSequence"/>.</param>
/// <param name="Scope">The capture scope: its intents are settled together.</param>
/// <param name="UserId">Whose events are held back until this is settled.</param>
/// <param name="Payload">What the enriching stage wrote; opaque here.</param>
internal sealed record Intent(long Id, string Scope, string UserId, ReadOnlyMemory<byte> Payload);
