using System.Globalization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Capture.Entities;

/// <summary>Writes keys as Identity's stores do, which is what the user's claim holds too.</summary>
internal static class KeyText
{
    /// <summary>Returns the key as text, or <see langword="null"/> if it is none: absent, a number or structure left at its default, or no id.</summary>
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
        return EventText.IsId(text) ? text : null;
    }
}
