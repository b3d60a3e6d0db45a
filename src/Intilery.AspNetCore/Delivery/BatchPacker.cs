using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Delivery;

/// <summary>Packs rows into requests by the bytes of their bodies.</summary>
internal static class BatchPacker
{
    /// <summary>The API takes 1 MB a request.</summary>
    public const int MaxBytes = 1_000_000;

    /// <summary>Returns the first of the rows that fit into one request, at least one.</summary>
    public static Batch Take(IReadOnlyList<OutboxRow> rows, int maxBytes = MaxBytes)
    {
        var size = BatchContent.EmptyBytes;
        var count = 0;
        while (count < rows.Count)
        {
            size += rows[count].Payload.Length + BatchContent.BytesBesideEach;
            if (size > maxBytes && count > 0)
            {
                break;
            }

            count++;
        }

        return new Batch([.. rows.Take(count)]);
    }
}

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
