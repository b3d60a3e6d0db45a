using System.Security.Cryptography;
using System.Text;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Trials;

/// <summary>What the schedule knows of one trial: open until it ends, and a tombstone after that.</summary>
/// <param name="Key">What names the trial among all of the application's.</param>
internal sealed record Trial(string Key)
{
    /// <summary>The due time of what never becomes due: a tombstone, or a trial without an end date.</summary>
    public const long Never = long.MaxValue;

    /// <summary>
    /// Gets what tells this trial from an earlier one under the same key: the id of the change that opened it, which no other
    /// trial ever has. A count would begin again once the tombstone is gone.
    /// </summary>
    public long Generation { get; init; }

    /// <summary>Gets how often it was changed: whoever changes it names the version that they have seen.</summary>
    public long Version { get; init; }

    /// <summary>Gets the user who started it; <see langword="null"/> once that person was erased.</summary>
    public string? UserId { get; init; }

    public string? GroupId { get; init; }

    public DateTimeOffset? StartDate { get; init; }

    public DateTimeOffset? EndDate { get; init; }

    public string? PlanName { get; init; }

    /// <summary>Gets where its end is to be sent: where its start was.</summary>
    public string Destination { get; init; } = string.Empty;

    /// <summary>Gets when the end was recorded; <see langword="null"/> while the trial is open.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    public bool IsOpen => EndedAt is null;

    /// <summary>Gets when the clock ends it, in milliseconds since 1970.</summary>
    public long Due => IsOpen && EndDate is { } end ? end.ToUnixTimeMilliseconds() : Never;
}

/// <summary>Names trials: by the application's own id, else by their account, else by their user.</summary>
internal static class TrialKeys
{
    private const string OfTrial = "trial:";

    public static string? Of(string? trialId, string? groupId, string? userId) =>
        trialId is not null ? Fit(OfTrial + trialId)
        : groupId is not null ? Fit("account:" + groupId)
        : userId is not null ? Fit("user:" + userId)
        : null;

    /// <summary>Returns the application's id of a trial; <see langword="null"/> if it gave none.</summary>
    public static string? TrialIdOf(string key) => key.StartsWith(OfTrial, StringComparison.Ordinal) ? key[OfTrial.Length..] : null;

    private static string Fit(string key) => key.Length <= EventText.MaxIdLength ? key : "hash:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
