using System.Globalization;

namespace Intilery.AspNetCore.Diagnostics;

/// <summary>Says a number of things to a person.</summary>
internal static class Plural
{
    public static string Of(long count, string one, string many) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");
}
