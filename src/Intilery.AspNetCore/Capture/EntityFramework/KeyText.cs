using System.ComponentModel;
using System.Globalization;
namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Writes keys as Identity's stores do, which is what the user's claim holds too.</summary>
internal static class KeyText
{
    /// <summary>
    /// Returns the key as text, or <see langword="null"/> if it is none: absent, blank, or a number or structure left at its default.
    /// Whether it can be an id is seen where what happened is composed: there its event is refused with a reason.
    /// </summary>
    public static string? Of(object? key)
    {
        var text = key switch
        {
            null => null,
            string own => own,
            ValueType value when value.Equals(Activator.CreateInstance(value.GetType())) => null,
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => key.ToString(),
        };
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    /// <summary>
    /// Returns the key that a text stands for, as Identity makes its own of their text; <see langword="null"/> if it is none of the type.
    /// </summary>
    public static object? Parse(string text, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        try
        {
            return type == typeof(string) ? text : TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or NotSupportedException or OverflowException)
        {
            return null;
        }
    }
}
