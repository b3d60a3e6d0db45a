using System.Buffers;
using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>
/// Properties or traits with names of the application's choice. They are serialized when they are tracked: later
/// changes of the objects have no effect, and values that cannot be serialized throw to the caller.
/// </summary>
internal sealed class FreeProperties : IReadOnlyDictionary<string, object?>
{
    public static readonly IReadOnlyDictionary<string, object?> None = new Dictionary<string, object?>();

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json)? _writer;

    private readonly byte[] _json;

    private FreeProperties(byte[] json) => _json = json;

    /// <summary>Gets the object, its texts cut at <see cref="EventText.MaxValueLength"/>.</summary>
    public ReadOnlySpan<byte> Json => _json;

    public int Count => Values.Count;

    public IEnumerable<string> Keys => Values.Keys;

    IEnumerable<object?> IReadOnlyDictionary<string, object?>.Values => Values.Values;

    // Read by few: enrichers, intents, comparisons.
    private Dictionary<string, object?> Values => field ??= JsonSerializer.Deserialize<JsonElement>(_json).EnumerateObject()
        .ToDictionary(property => property.Name, property => (object?)property.Value, StringComparer.Ordinal);

    public object? this[string key] => Values[key];

    /// <summary>Serializes the values.</summary>
    /// <exception cref="ArgumentException">A name is empty, or a value cannot be written as JSON.</exception>
    public static FreeProperties Snapshot(IReadOnlyDictionary<string, object?> values, string member)
    {
        // The thread's own writer is back in its place only at the end: a value that tracks an event while it is read, or fails, has
        // another one.
        var (buffer, json) = _writer ?? New();
        _writer = null;
        json.WriteStartObject();
        foreach (var (name, value) in Distinct(values))
        {
            if (string.IsNullOrWhiteSpace(name))
            {
                throw new ArgumentException($"{member} has a name that is empty.", nameof(values));
            }

            json.WritePropertyName(name);
            Write(json, value, member, name);
        }

        json.WriteEndObject();
        json.Flush();
        var taken = new FreeProperties(buffer.WrittenSpan.ToArray());
        if (buffer.Capacity <= MessageWriter.MaxBytes)
        {
            buffer.ResetWrittenCount();
            json.Reset();
            _writer = (buffer, json);
        }

        return taken;

        static (ArrayBufferWriter<byte>, Utf8JsonWriter) New()
        {
            var buffer = new ArrayBufferWriter<byte>(512);
            return (buffer, new Utf8JsonWriter(buffer, MessageWriter.Options));
        }
    }

    public static void Write(IReadOnlyDictionary<string, object?> values, PropertyWriter properties)
    {
        foreach (var (name, value) in values)
        {
            properties.Json(name, Element(value, "The value", name));
        }
    }

    public static bool AreEqual(IReadOnlyDictionary<string, object?> values, IReadOnlyDictionary<string, object?> others) =>
        values.Count == others.Count
        && values.All(
            value => others.TryGetValue(value.Key, out var other)
                && JsonElement.DeepEquals(Element(value.Value, "The value", value.Key), Element(other, "The value", value.Key)));

    public bool ContainsKey(string key) => Values.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value) => Values.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // A dictionary of another kind may name a property twice: the last one counts.
    private static Dictionary<string, object?> Distinct(IReadOnlyDictionary<string, object?> values)
    {
        if (values is Dictionary<string, object?> dictionary)
        {
            return dictionary;
        }

        var distinct = new Dictionary<string, object?>(values.Count, StringComparer.Ordinal);
        foreach (var (name, value) in values)
        {
            distinct[name] = value;
        }

        return distinct;
    }

    private static void Write(Utf8JsonWriter json, object? value, string member, string name)
    {
        switch (value)
        {
            case string text:
                json.WriteStringValue(EventText.Clean(text, EventText.MaxValueLength));
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case decimal number:
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case DateTimeOffset date:
                json.WriteStringValue(date);
                break;
            default:
                // Only the element shows what an object is written as; text is cut as any other.
                new PropertyWriter(json).Value(Element(value, member, name));
                break;
        }
    }

    private static JsonElement Element(object? value, string member, string name)
    {
        if (value is JsonElement json)
        {
            return json;
        }

        try
        {
            return JsonSerializer.SerializeToElement(value);
        }
        catch (Exception exception)
            when (exception is NotSupportedException or JsonException or InvalidOperationException or ArgumentException)
        {
            var path = $"{member}[\"{name}\"]";
            throw new ArgumentException($"{path} cannot be written as JSON: {exception.Message}", path, exception);
        }
    }
}
