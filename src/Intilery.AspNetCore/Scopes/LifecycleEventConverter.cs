using System.Text.Json;
using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

/// <summary>Serializes an event under its name, which selects the record for deserialization.</summary>
internal sealed class LifecycleEventConverter : JsonConverter<LifecycleEvent>
{
    private const string Custom = "custom";

    public override LifecycleEvent? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        reader.Read();
        var name = reader.TokenType == JsonTokenType.PropertyName ? reader.GetString()! : throw new JsonException();
        reader.Read();
        var type = name == Custom ? typeof(CustomEvent) : EventNames.Specified.GetValueOrDefault(name) ?? throw new JsonException($"Unknown event '{name}'.");
        var tracked = (LifecycleEvent?)JsonSerializer.Deserialize(ref reader, options.GetTypeInfo(type));
        reader.Read();
        return tracked;
    }

    public override void Write(Utf8JsonWriter writer, LifecycleEvent value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WritePropertyName(value is CustomEvent ? Custom : value.Name);
        JsonSerializer.Serialize(writer, value, options.GetTypeInfo(value.GetType()));
        writer.WriteEndObject();
    }
}
