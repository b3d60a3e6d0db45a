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
        var utc = value.UtcDateTime;
        var format = milliseconds == Milliseconds.Always || utc.Millisecond != 0
            ? "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"
            : "yyyy-MM-dd'T'HH:mm:ss'Z'";
        utc.TryFormat(utf8, out var written, format, CultureInfo.InvariantCulture);
        return written;
    }
}
