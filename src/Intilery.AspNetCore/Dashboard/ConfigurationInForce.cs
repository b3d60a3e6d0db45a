using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Intilery.AspNetCore.Dashboard;

/// <summary>The options as they are in force, by their keys, for the page. The token is never among them, whole or in part.</summary>
internal static class ConfigurationInForce
{
    public static IReadOnlyList<ConfigurationValue> Of(IntileryOptions options)
    {
        var values = new List<ConfigurationValue>();
        Add(values, "Intilery", options, new IntileryOptions());
        return values;
    }

    private static void Add(List<ConfigurationValue> values, string path, object options, object defaults)
    {
        foreach (var property in options.GetType()
            .GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0))
        {
            var (key, value, standard) = ($"{path}:{property.Name}", property.GetValue(options), property.GetValue(defaults));
            if (property.Name == nameof(IntileryOptions.AuthToken))
            {
                values.Add(new ConfigurationValue(key, value is null ? "not set" : "set", value is null));
            }
            else if (property.PropertyType.Assembly == typeof(IntileryOptions).Assembly && property.PropertyType.IsClass)
            {
                Add(values, key, value!, standard!);
            }
            else if (Text(value) is { } text)
            {
                values.Add(new ConfigurationValue(key, text, text == Text(standard)));
            }
        }
    }

    private static string? Text(object? value) => value switch
    {
        null => "not set",
        string text => text,
        Delegate => null,
        IEnumerable items => string.Join(", ", items.Cast<object?>()) is { Length: > 0 } list ? list : "none",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}

/// <summary>One option.</summary>
/// <param name="Key">Its key, as in configuration.</param>
/// <param name="Value">Its value.</param>
/// <param name="IsDefault">Whether that is its default.</param>
internal sealed record ConfigurationValue(string Key, string Value, bool IsDefault);
