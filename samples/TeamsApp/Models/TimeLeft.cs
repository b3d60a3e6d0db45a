namespace TeamsApp.Models;

/// <summary>How long something still lasts, in the two largest units, as the page's script counts it down.</summary>
public static class TimeLeft
{
    public static string Of(TimeSpan left) => left switch
    {
        { TotalDays: >= 1 } => $"{Count(left.Days, "day")} {Count(left.Hours, "hour")}",
        { TotalHours: >= 1 } => $"{Count(left.Hours, "hour")} {Count(left.Minutes, "minute")}",
        { TotalMinutes: >= 1 } => $"{Count(left.Minutes, "minute")} {Count(left.Seconds, "second")}",
        _ => Count(Math.Max(0, left.Seconds), "second"),
    };

    private static string Count(int number, string unit) => number == 1 ? $"1 {unit}" : $"{number} {unit}s";
}
