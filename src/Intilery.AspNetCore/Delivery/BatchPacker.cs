using System.Buffers;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Delivery;

/// <summary>Packs rows into requests by their bytes, and writes the requests' bodies.</summary>
internal static class BatchPacker
{
    /// <summary>The API takes 1 MB a request.</summary>
    public const int MaxBytes = 1_000_000;

    private static readonly byte[] _open = """{"batch":["""u8.ToArray();
    private static readonly byte[] _close = "]}"u8.ToArray();
    private static readonly byte[] _sentAt = ",\"sentAt\":\""u8.ToArray();

    // Each call gets a sentAt and a comma; the last quote and brace replace the payload's own.
    private static int OverheadPerCall => _sentAt.Length + IsoDate.MaxLength + 2;

    /// <summary>Returns the first of the rows that fit into one request, at least one.</summary>
    public static Batch Take(IReadOnlyList<OutboxRow> rows, int maxBytes = MaxBytes)
    {
        var size = _open.Length + _close.Length;
        var count = 0;
        while (count < rows.Count)
        {
            size += rows[count].Payload.Length + OverheadPerCall;
            if (size > maxBytes && count > 0)
            {
                break;
            }

            count++;
        }

        return new Batch([.. rows.Take(count)]);
    }

    /// <summary>Writes the request's body; <c>sentAt</c> is of this attempt.</summary>
    public static byte[] Write(Batch batch, DateTimeOffset sentAt)
    {
        Span<byte> date = stackalloc byte[IsoDate.MaxLength];
        date = date[..IsoDate.Format(sentAt, date, IsoDate.Milliseconds.Always)];
        var body = new ArrayBufferWriter<byte>(batch.Rows.Sum(row => row.Payload.Length + OverheadPerCall) + _open.Length + _close.Length);
        body.Write(_open);
        for (var i = 0; i < batch.Rows.Count; i++)
        {
            if (i > 0)
            {
                body.Write(","u8);
            }

            body.Write(batch.Rows[i].Payload.Span[..^1]);
            body.Write(_sentAt);
            body.Write(date);
            body.Write("\"}"u8);
        }

        body.Write(_close);
        return body.WrittenSpan.ToArray();
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
