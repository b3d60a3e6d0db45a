using System.Globalization;
using System.Text;

namespace Intilery.AspNetCore;

/// <summary>
/// Reports for each of the specification's ten events how this application captures it, or why it does not. Resolve it from the
/// application's services; it is registered with everything else, and safe to use from several threads.
/// </summary>
/// <example><code>Console.WriteLine(await coverage.GetReportAsync());</code></example>
public interface IIntileryCoverage
{
    /// <summary>
    /// Inspects the application's schemes, contexts, mappings and endpoints, and counts what was captured since it started. It creates
    /// each registered <c>DbContext</c> once, in a service scope of its own, to read its model, and executes no query.
    /// </summary>
    /// <param name="cancellationToken">Cancels the inspection.</param>
    /// <returns>The report.</returns>
    Task<CoverageReport> GetReportAsync(CancellationToken cancellationToken = default);
}

/// <summary>Which of the specification's events an application captures.</summary>
public sealed record CoverageReport
{
    /// <summary>Gets a line for each of the ten events, in the order of <see cref="LifecycleEventNames.All"/>.</summary>
    public required IReadOnlyList<CoverageLine> Events { get; init; }

    /// <summary>Gets warnings and hints, each a sentence or two with what to do.</summary>
    public required IReadOnlyList<string> Hints { get; init; }

    /// <summary>Gets the time since which this process counts.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Returns the report as a plain-text table.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var line in Events)
        {
            text.Append(CultureInfo.InvariantCulture, $"{line.EventName,-21} {line.Status,-10} ").AppendLine(line.Explanation);
            if (line.Fix is not null)
            {
                text.Append(' ', 33).AppendLine(line.Fix);
            }
        }

        foreach (var hint in Hints)
        {
            text.Append("! ").AppendLine(hint);
        }

        return text.ToString();
    }
}

/// <summary>How one event is captured, or why it is not.</summary>
public sealed record CoverageLine
{
    /// <summary>Gets the event's name, for example <c>Signed Up</c>.</summary>
    public required string EventName { get; init; }

    /// <summary>Gets whether it is captured.</summary>
    public required CoverageStatus Status { get; init; }

    /// <summary>Gets each way in which it is captured, for example <c>MapAccounts&lt;Team&gt;</c>; none if it is not.</summary>
    public IReadOnlyList<string> CapturedBy { get; init; } = [];

    /// <summary>Gets how many were captured since the process started.</summary>
    public long Count { get; init; }

    /// <summary>Gets when the last one was captured; <see langword="null"/> if none was since the process started.</summary>
    public DateTimeOffset? LastSeenAt { get; init; }

    /// <summary>Gets why it is not captured; <see langword="null"/> if it is.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets the line of code that would capture it; <see langword="null"/> if it is captured, or none would.</summary>
    public string? Fix { get; init; }

    /// <summary>Gets how it is captured, or why not, in one line.</summary>
    public string Explanation => Reason ?? (CapturedBy.Count > 0 ? string.Join("; ", CapturedBy) : "The application's code tracks it.");
}

/// <summary>Whether an application captures an event.</summary>
public enum CoverageStatus
{
    /// <summary>It was captured since the process started.</summary>
    Seen,

    /// <summary>It will be captured when it happens.</summary>
    Ready,

    /// <summary>Nothing captures it; <see cref="CoverageLine.Fix"/> is the line that would.</summary>
    Missing,

    /// <summary>The application, as configured, cannot cause or capture it.</summary>
    Impossible,
}
