using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>
/// Properties or traits with names of the application's choice. They are serialized when they are tracked: later
/// changes of the objects have no effect, and values that cannot be serialized throw to the caller.
/// </summary>
internal static class FreeProperties
{
    public static readonly IReadOnlyDictionary<string, object?> None = new Dictionary<string, object?>();

    /// <summary>Serializes the values.</summary>
    /// <exception cref="ArgumentException">A name is empty, or a value cannot be written as JSON.</exception>
    public static IReadOnlyDictionary<string, object?> Snapshot(IReadOnlyDictionary<string, object?> values, string member)
    {
        var taken = new Dictionary<string, object?>(values.Count, StringComparer.Ordinal);
        foreach (var (name, value) in values)
        {
            if (string.IsNullOrWhiteSpace(name))
            {
                throw new ArgumentException($"{member} has a name that is empty.", nameof(values));
            }

            taken[name] = value is JsonElement json ? json.Clone() : ToJson(value, $"{member}[\"{name}\"]");
        }

        return taken;
    }

    public static void Write(IReadOnlyDictionary<string, object?> values, PropertyWriter properties)
    {
        foreach (var (name, value) in values)
        {
            properties.Json(name, Json(value, name));
        }
    }

    public static bool AreEqual(IReadOnlyDictionary<string, object?> values, IReadOnlyDictionary<string, object?> others) =>
        values.Count == others.Count
        && values.All(value => others.TryGetValue(value.Key, out var other) && JsonElement.DeepEquals(Json(value.Value, value.Key), Json(other, value.Key)));

    private static JsonElement Json(object? value, string name) => value is JsonElement json ? json : ToJson(value, name);

    private static JsonElement ToJson(object? value, string member)
    {
        try
        {
            return JsonSerializer.SerializeToElement(value);
        }
        catch (Exception exception) when (exception is NotSupportedException or JsonException or InvalidOperationException or ArgumentException)
        {
            throw new ArgumentException($"{member} cannot be written as JSON: {exception.Message}", member, exception);
        }
    }
}
