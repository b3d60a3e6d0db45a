using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Intilery.AspNetCore;

/// <summary>
/// A moment in UTC, to which <see cref="DateTime"/>, <see cref="DateTimeOffset"/> and <see cref="DateOnly"/> convert. A <see
/// cref="DateTime"/> without a zone, as databases return it, is UTC and not the server's local time; a <see cref="DateOnly"/> is its
/// beginning in UTC.
/// </summary>
[JsonConverter(typeof(Converter))]
public readonly record struct UtcDateTime
{
    /// <summary>Initializes a new instance of the <see cref="UtcDateTime"/> struct.</summary>
    /// <param name="value">The moment.</param>
    public UtcDateTime(DateTimeOffset value) => Value = value.ToUniversalTime();

    /// <summary>Gets the moment; its offset is zero.</summary>
    public DateTimeOffset Value { get; }

    /// <summary>Converts a time; one without a zone is UTC.</summary>
    /// <param name="value">The time.</param>
    public static implicit operator UtcDateTime(DateTime value) => FromDateTime(value);

    /// <summary>Converts a time with an offset.</summary>
    /// <param name="value">The time.</param>
    public static implicit operator UtcDateTime(DateTimeOffset value) => new(value);

    /// <summary>Converts a date to its beginning in UTC.</summary>
    /// <param name="value">The date.</param>
    public static implicit operator UtcDateTime(DateOnly value) => FromDateOnly(value);

    /// <summary>Converts to a time with an offset of zero.</summary>
    /// <param name="value">The moment.</param>
    public static implicit operator DateTimeOffset(UtcDateTime value) => value.Value;

    /// <summary>Converts a time; one without a zone is UTC.</summary>
    /// <param name="value">The time.</param>
    /// <returns>The moment.</returns>
    public static UtcDateTime FromDateTime(DateTime value) =>
        new(new DateTimeOffset(value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : DateTime.SpecifyKind(value, DateTimeKind.Utc)));

    /// <summary>Converts a date to its beginning in UTC.</summary>
    /// <param name="value">The date.</param>
    /// <returns>The moment.</returns>
    public static UtcDateTime FromDateOnly(DateOnly value) => new(new DateTimeOffset(value.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero));

    /// <summary>Returns the same moment as a time with an offset of zero.</summary>
    /// <returns>The time.</returns>
    public DateTimeOffset ToDateTimeOffset() => Value;

    /// <summary>Returns the moment in ISO-8601.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Value.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    internal sealed class Converter : JsonConverter<UtcDateTime>
    {
        public override UtcDateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetDateTimeOffset());

        public override void Write(Utf8JsonWriter writer, UtcDateTime value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value);
    }
}
