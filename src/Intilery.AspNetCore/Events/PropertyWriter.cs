using System.Globalization;
using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>
/// Writes the members of <c>properties</c>, <c>traits</c> or <c>context</c>: absent values are omitted, not written as null, unless the API
/// is to delete them.
/// </summary>
internal readonly struct PropertyWriter(Utf8JsonWriter json, int maxLength = EventText.MaxValueLength)
{
    public void Text(JsonEncodedText name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, EventText.Clean(value, maxLength));
        }
    }

    /// <summary>Writes null, by which the API deletes the value.</summary>
    public void Null(JsonEncodedText name) => json.WriteNull(name);

    public void Json(string name, JsonElement value)
    {
        json.WritePropertyName(name);
        Value(value);
    }

    /// <summary>Writes the value of a member whose name is written.</summary>
    public void Value(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            json.WriteStringValue(EventText.Clean(value.GetString()!, maxLength));
        }
        else
        {
            value.WriteTo(json);
        }
    }

    public void Date(JsonEncodedText name, DateTimeOffset? value)
    {
        if (value is { } date)
        {
            Span<byte> buffer = stackalloc byte[IsoDate.MaxLength];
            json.WriteString(name, buffer[..IsoDate.Format(date, buffer, IsoDate.Milliseconds.WhenPresent)]);
        }
    }
}

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
        // The sortable standard format has a fast path; a custom format is parsed for every date.
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
