using System.Buffers;
using System.Text.Json;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Trials;

/// <summary>The properties of an event that an enricher of the application's has seen, and may have changed.</summary>
internal static class EventContent
{
    /// <summary>Returns the content with what the event now says more than it did when the enricher saw it.</summary>
    public static IReadOnlyDictionary<string, object?> Filled(IReadOnlyDictionary<string, object?> content, LifecycleEvent seen, LifecycleEvent now)
    {
        var known = Of(seen);
        var filled = new Dictionary<string, object?>(content, StringComparer.Ordinal);
        foreach (var (name, value) in Of(now))
        {
            if (!known.ContainsKey(name))
            {
                filled.TryAdd(name, value);
            }
        }

        return filled;
    }

    private static Dictionary<string, JsonElement> Of(LifecycleEvent track)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            track.WriteProperties(new PropertyWriter(json));
            json.WriteEndObject();
        }

        using var properties = JsonDocument.Parse(buffer.WrittenMemory);
        return properties.RootElement.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.Clone(), StringComparer.Ordinal);
    }
}
