using System.Globalization;

namespace Intilery.AspNetCore.Diagnostics;

/// <summary>Formats a duration for messages: "2 minutes", "1 hour 30 minutes", "2.5 seconds".</summary>
internal readonly record struct Duration(TimeSpan Value)
{
    public static implicit operator Duration(TimeSpan value) => new(value);

    public override string ToString()
    {
        // Round to the shown precision, so that 59.97 seconds are a minute.
        var value = Value < TimeSpan.FromMinutes(1)
            ? TimeSpan.FromMilliseconds(
                Value < TimeSpan.FromSeconds(1) ? Math.Round(Value.TotalMilliseconds) : Math.Round(Value.TotalSeconds, 1) * 1000)
            : TimeSpan.FromSeconds(Math.Round(Value.TotalSeconds));
        if (value < TimeSpan.FromSeconds(1))
        {
            return Plural.Of(value.Milliseconds, "millisecond", "milliseconds");
        }

        if (value < TimeSpan.FromMinutes(1))
        {
            return string.Create(
                CultureInfo.InvariantCulture, $"{value.TotalSeconds:0.#} {(value == TimeSpan.FromSeconds(1) ? "second" : "seconds")}");
        }

        (long Count, string One)[] parts =
            [(value.Days, "day"), (value.Hours, "hour"), (value.Minutes, "minute"), (value.Seconds, "second")];
        var largest = Array.FindIndex(parts, part => part.Count > 0);
        return string.Join(
            ' ', parts.Skip(largest).Take(2).Where(part => part.Count > 0).Select(part => Plural.Of(part.Count, part.One, part.One + "s")));
    }
}

/// <summary>Formats a count with the singular or plural of its noun.</summary>
internal static class Plural
{
    public static string Of(long count, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");
}
