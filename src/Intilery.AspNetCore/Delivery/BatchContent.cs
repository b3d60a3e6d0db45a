using System.Buffers;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Delivery;

/// <summary>
/// The body of a request: the rows' calls, each with the time of this attempt as <c>sentAt</c>. It is written to the connection from the
/// rows themselves, through one rented buffer, and is never in memory as a whole.
/// </summary>
internal sealed class BatchContent : HttpContent
{
    private const int BufferBytes = 64 * 1024;

    private readonly Batch _batch;
    private readonly byte[] _sentAt;
    private readonly DeliveryCompression _compression;

    public BatchContent(Batch batch, DateTimeOffset sentAt, DeliveryCompression compression)
    {
        (_batch, _sentAt, _compression) = (batch, EndOf(sentAt), compression);
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (compression != DeliveryCompression.None)
        {
            Headers.ContentEncoding.Add(compression == DeliveryCompression.Gzip ? "gzip" : "br");
        }
    }

    /// <summary>Gets how many bytes the body of no row has.</summary>
    public static int EmptyBytes => Open.Length + Close.Length;

    /// <summary>Gets how many bytes more than its payload a row takes at most: its <c>sentAt</c> and a comma.</summary>
    public static int BytesBesideEach => SentAt.Length + IsoDate.MaxLength + 2;

    private static ReadOnlySpan<byte> Open => """{"batch":["""u8;

    private static ReadOnlySpan<byte> Close => "]}"u8;

    private static ReadOnlySpan<byte> SentAt => ",\"sentAt\":\""u8;

    protected override bool TryComputeLength(out long length)
    {
        // The last brace of a payload is written after its time.
        length = EmptyBytes + Math.Max(0, _batch.Rows.Count - 1) + _batch.Rows.Sum(row => (long)row.Payload.Length - 1 + _sentAt.Length);
        return _compression == DeliveryCompression.None;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_compression == DeliveryCompression.None)
        {
            await WriteAsync(stream, cancellationToken).ConfigureAwait(false);
            return;
        }

        // What they write at their end belongs to the body, so they end here; the stream is the connection's.
        Stream compressed = _compression == DeliveryCompression.Gzip
            ? new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true)
            : new BrotliStream(stream, CompressionLevel.Fastest, leaveOpen: true);
        await using (compressed.ConfigureAwait(false))
        {
            await WriteAsync(compressed, cancellationToken).ConfigureAwait(false);
        }
    }

    private static byte[] EndOf(DateTimeOffset sentAt)
    {
        Span<byte> date = stackalloc byte[IsoDate.MaxLength];
        date = date[..IsoDate.Format(sentAt, date, IsoDate.Milliseconds.Always)];
        return [.. SentAt, .. date, .. "\"}"u8];
    }

    private async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            Open.CopyTo(buffer);
            var used = Open.Length;
            for (var i = 0; i < _batch.Rows.Count; i++)
            {
                if (i > 0)
                {
                    buffer[used++] = (byte)',';
                }

                for (var left = _batch.Rows[i].Payload[..^1]; !left.IsEmpty;)
                {
                    var part = Math.Min(left.Length, BufferBytes - used);
                    left[..part].CopyTo(buffer.AsMemory(used));
                    (left, used) = (left[part..], used + part);
                    used = await FlushAsync(stream, buffer, used, cancellationToken).ConfigureAwait(false);
                }

                _sentAt.CopyTo(buffer, used);
                used = await FlushAsync(stream, buffer, used + _sentAt.Length, cancellationToken).ConfigureAwait(false);
            }

            Close.CopyTo(buffer.AsSpan(used));
            await stream.WriteAsync(buffer.AsMemory(0, used + Close.Length), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Empties the buffer where what follows a payload might not fit any more.
    private static async ValueTask<int> FlushAsync(Stream stream, byte[] buffer, int used, CancellationToken cancellationToken)
    {
        if (BufferBytes - used > BytesBesideEach + Close.Length)
        {
            return used;
        }

        await stream.WriteAsync(buffer.AsMemory(0, used), cancellationToken).ConfigureAwait(false);
        return 0;
    }
}
