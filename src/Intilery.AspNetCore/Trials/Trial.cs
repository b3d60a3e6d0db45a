using System.Security.Cryptography;
using System.Text;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Trials;

/// <summary>An entry of the schedule: an open trial until it ends, and a tombstone after that.</summary>
/// <param name="Key">The application-wide unique key of the trial.</param>
internal sealed record Trial(string Key)
{
    /// <summary>The due time of an entry that never becomes due: a tombstone, or a trial without an end date.</summary>
    public const long Never = long.MaxValue;

    /// <summary>
    /// Gets the number that distinguishes this trial from an earlier one with the same key: the id of the change that opened it,
    /// which is never reused. A counter would restart once the tombstone is deleted.
    /// </summary>
    public long Generation { get; init; }

    /// <summary>Gets the number of changes, for optimistic concurrency: a change names the version that it is based on.</summary>
    public long Version { get; init; }

    /// <summary>Gets the user who started it; <see langword="null"/> after that person was erased.</summary>
    public string? UserId { get; init; }

    public string? GroupId { get; init; }

    public DateTimeOffset? StartDate { get; init; }

    public DateTimeOffset? EndDate { get; init; }

    public string? PlanName { get; init; }

    /// <summary>Gets the destination of its end, which is that of its start.</summary>
    public string Destination { get; init; } = string.Empty;

    /// <summary>Gets when the end was recorded; <see langword="null"/> while the trial is open.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    public bool IsOpen => EndedAt is null;

    /// <summary>Gets when the clock ends it, in milliseconds since 1970.</summary>
    public long Due => IsOpen && EndDate is { } end ? end.ToUnixTimeMilliseconds() : Never;
}

/// <summary>Creates the keys of trials: by the application's id, else by the account, else by the user.</summary>
internal static class TrialKeys
{
    private const string OfTrial = "trial:";

    public static string? Of(string? trialId, string? groupId, string? userId) =>
        trialId is not null ? Fit(OfTrial + trialId)
        : groupId is not null ? Fit("account:" + groupId)
        : userId is not null ? Fit("user:" + userId)
        : null;

    /// <summary>Returns the application's id of a trial; <see langword="null"/> if it has none.</summary>
    public static string? TrialIdOf(string key) => key.StartsWith(OfTrial, StringComparison.Ordinal) ? key[OfTrial.Length..] : null;

    private static string Fit(string key) => key.Length <= EventText.MaxIdLength ? key : "hash:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
