using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>Writes the members of <c>properties</c>, <c>traits</c> or <c>context</c>: absent values are absent, not null, unless they are to be forgotten.</summary>
internal readonly struct PropertyWriter(Utf8JsonWriter json, int maxLength = EventText.MaxValueLength)
{
    public void Text(JsonEncodedText name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, EventText.Clean(value, maxLength));
        }
    }

    /// <summary>Says that there is no value any more.</summary>
    public void Null(JsonEncodedText name) => json.WriteNull(name);

    public void Json(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            json.WriteString(name, EventText.Clean(value.GetString()!, maxLength));
        }
        else
        {
            json.WritePropertyName(name);
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
