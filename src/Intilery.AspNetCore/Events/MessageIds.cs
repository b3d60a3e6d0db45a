using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Intilery.AspNetCore.Events;

/// <summary>
/// Creates <c>messageId</c>s. The id of a database change is derived from the change, so that a change that is captured twice is one
/// message.
/// </summary>
internal static class MessageIds
{
    private static readonly ulong _process = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private static ulong _counter = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    /// <summary>Returns a new id: a counter after a random prefix, which is cheaper than a random GUID per event.</summary>
    public static string Next() => string.Create(32, Interlocked.Increment(ref _counter), static (text, counter) =>
    {
        _process.TryFormat(text, out _, "x16", CultureInfo.InvariantCulture);
        counter.TryFormat(text[16..], out _, "x16", CultureInfo.InvariantCulture);
    });

    /// <summary>Returns an id derived from these parts: the same parts in the same order have the same id.</summary>
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
