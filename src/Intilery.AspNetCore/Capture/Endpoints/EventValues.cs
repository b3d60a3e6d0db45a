namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>The values of an event's properties, by the properties' names.</summary>
internal sealed class EventValues(IReadOnlyDictionary<string, object?> values)
{
    public string? Text(string name) => ValueTypes.TextOf(values.GetValueOrDefault(name));

    public DateTimeOffset? Date(string name) => ValueTypes.DateOf(values.GetValueOrDefault(name));

    /// <summary>Returns those that have a value, as JSON can write them.</summary>
    public IReadOnlyDictionary<string, object?> Simple(string prefix, IEnumerable<string> names) => names
        .Select(name => KeyValuePair.Create(name, ValueTypes.SimpleOf(values.GetValueOrDefault(prefix + name))))
        .Where(pair => pair.Value is not null)
        .ToDictionary(StringComparer.Ordinal);
}
