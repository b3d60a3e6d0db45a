
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Delivery;

/// <summary>Rows that travel in one request.</summary>
internal readonly record struct Batch(IReadOnlyList<OutboxRow> Rows)
{
    /// <summary>Returns the batch's two halves; it has at least two rows.</summary>
    public (Batch First, Batch Second) Halve()
    {
        var half = Rows.Count / 2;
        return (new Batch([.. Rows.Take(half)]), new Batch([.. Rows.Skip(half)]));
    }
}
