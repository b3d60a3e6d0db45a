using System.Globalization;

namespace Intilery.AspNetCore.Events;

/// <summary>ISO-8601 in UTC, as the specification's examples (<c>2018-08-28T04:09:47Z</c>) and the API's timestamps write it.</summary>
internal static class IsoDate
{
    public const int MaxLength = 24;

    public enum Milliseconds
    {
        Always,
        WhenPresent,
    }

    public static int Format(DateTimeOffset value, Span<byte> utf8, Milliseconds milliseconds)
    {
        // The sortable standard format has a fast path of its own; a custom one is parsed anew for every date.
        var utc = value.UtcDateTime;
        utc.TryFormat(utf8, out var length, "s", CultureInfo.InvariantCulture);
        if (milliseconds == Milliseconds.Always || utc.Millisecond != 0)
        {
            utf8[length++] = (byte)'.';
            utf8[length++] = (byte)('0' + (utc.Millisecond / 100));
            utf8[length++] = (byte)('0' + (utc.Millisecond / 10 % 10));
            utf8[length++] = (byte)('0' + (utc.Millisecond % 10));
        }

        utf8[length++] = (byte)'Z';
        return length;
    }
}
