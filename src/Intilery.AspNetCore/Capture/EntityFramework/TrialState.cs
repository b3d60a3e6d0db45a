namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>What a row says of a trial.</summary>
/// <param name="IsTrial">Whether it says that there is one.</param>
internal sealed record TrialState(bool IsTrial)
{
    /// <summary>No row, no trial.</summary>
    public static TrialState None { get; } = new(false);

    public string? Trial { get; init; }

    public string? Account { get; init; }

    public DateTimeOffset? Start { get; init; }

    public DateTimeOffset? End { get; init; }

    public string? Plan { get; init; }

    /// <summary>Whether the trial goes on at this time.</summary>
    public bool RunsAt(DateTimeOffset now) => IsTrial && !(End <= now);
}
