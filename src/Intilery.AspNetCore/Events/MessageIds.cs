using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Intilery.AspNetCore.Events;

/// <summary>
/// Makes <c>messageId</c>s. One that names a change is derived from it, so that the same change, seen twice, is one message.
/// </summary>
internal static class MessageIds
{
    private static readonly ulong _process = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private static ulong _counter = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    /// <summary>Returns a new id. A counter under a random prefix: a random GUID costs half of what an event may.</summary>
    public static string Next() => string.Create(32, Interlocked.Increment(ref _counter), static (text, counter) =>
    {
        _process.TryFormat(text, out _, "x16", CultureInfo.InvariantCulture);
        counter.TryFormat(text[16..], out _, "x16", CultureInfo.InvariantCulture);
    });

    /// <summary>Returns the id that these parts, in this order, always have.</summary>
    public static string Derive(params ReadOnlySpan<string> parts)
    {
        var length = parts.Length;
        foreach (var part in parts)
        {
            length += Encoding.UTF8.GetByteCount(part);
        }

        // Hashed at once: ids and keys are short.
        var bytes = length <= 512 ? stackalloc byte[length] : new byte[length];
        var used = 0;
        foreach (var part in parts)
        {
            used += Encoding.UTF8.GetBytes(part, bytes[used..]);
            bytes[used++] = 0xFF;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return Convert.ToHexStringLower(hash[..16]);
    }
}
