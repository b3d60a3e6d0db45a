using System.Collections;
using System.Globalization;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>Which types can be the value of a property, and how their values are written.</summary>
internal static class ValueTypes
{
    /// <summary>Whether a type's values are text, or have one plain way to be written as such.</summary>
    public static bool IsText(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain == typeof(string) || plain == typeof(bool) || plain == typeof(char) || plain == typeof(Uri)
            || plain.IsEnum || typeof(IFormattable).IsAssignableFrom(plain);
    }

    public static bool IsDate(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type) is var plain
        && (plain == typeof(DateTimeOffset) || plain == typeof(DateTime) || plain == typeof(DateOnly) || plain == typeof(string));

    /// <summary>
    /// Returns what a collection holds, or <see langword="null"/> if the type is none, or is a query that runs when it is read.
    /// </summary>
    public static Type? ElementOf(Type type)
    {
        if (type == typeof(string) || typeof(IDictionary).IsAssignableFrom(type) || typeof(IQueryable).IsAssignableFrom(type))
        {
            return null;
        }

        var sequences = Contracts(type).Where(contract => IsOf(contract, typeof(IEnumerable<>))).Take(2).ToList();
        var element = sequences.Count == 1 ? sequences[0].GetGenericArguments()[0] : null;
        return element is { IsGenericType: true } && element.GetGenericTypeDefinition() == typeof(KeyValuePair<,>) ? null : element;
    }

    /// <summary>Returns the elements of a collection in memory; enumerating anything else might run a query of the host.</summary>
    public static IEnumerable<object?>? Elements(object? value) =>
        value is IEnumerable sequence and not string
        && Array.Exists(
            value.GetType().GetInterfaces(),
            contract => IsOf(contract, typeof(ICollection<>)) || IsOf(contract, typeof(IReadOnlyCollection<>)))
            ? sequence.Cast<object?>()
            : null;

    /// <summary>Returns a value as text; what is empty is absent.</summary>
    public static string? TextOf(object? value)
    {
        var text = value switch
        {
            null => null,
            string plain => plain,
            bool flag => flag ? "true" : "false",
            Enum name => name.ToString(),
            DateTime or DateTimeOffset or DateOnly => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ when Elements(value) is { } elements => string.Join(", ", elements.Select(TextOf).OfType<string>()),
            _ => value.ToString(),
        };
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    /// <summary>Returns a value as a date; one without an offset is UTC.</summary>
    public static DateTimeOffset? DateOf(object? value) => value switch
    {
        DateTimeOffset date => date,
        DateTime { Kind: DateTimeKind.Unspecified } date => new DateTimeOffset(date, TimeSpan.Zero),
        DateTime date => new DateTimeOffset(date.ToUniversalTime(), TimeSpan.Zero),
        DateOnly date => new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero),
        string text when DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date) => date,
        _ => null,
    };

    /// <summary>Returns a value as JSON can write it without asking its type for more.</summary>
    public static object? SimpleOf(object? value) => value switch
    {
        null or string or bool or byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal
            or DateTime or DateTimeOffset or DateOnly => value,
        _ when Elements(value) is { } elements => elements.Select(SimpleOf).ToList(),
        _ => TextOf(value),
    };

    /// <summary>Returns a type's name as C# writes it.</summary>
    public static string NameOf(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } plain)
        {
            return NameOf(plain) + "?";
        }

        var name = type.Name.Split('`')[0];
        return type.IsArray ? NameOf(type.GetElementType()!) + "[]"
            : type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
            : name switch { "String" => "string", "Int32" => "int", "Int64" => "long", "Boolean" => "bool", "Object" => "object", _ => name };
    }

    private static Type[] Contracts(Type type) => type.IsInterface ? [type, .. type.GetInterfaces()] : type.GetInterfaces();

    private static bool IsOf(Type contract, Type definition) => contract.IsGenericType && contract.GetGenericTypeDefinition() == definition;
}
