using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;

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

    private static string Fit(string key) =>
        key.Length <= EventText.MaxIdLength ? key : "hash:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}

/// <summary>A change of a trial, made in the transaction that inserts its event.</summary>
/// <param name="Kind">The kind of change.</param>
/// <param name="Trial">The reported state of the trial; for <see cref="TrialChangeKind.Expire"/>, its entry in the schedule.</param>
/// <param name="Id">The id of the change, see <see cref="RowIdSequence"/>: its row's, where it has one.</param>
internal sealed record TrialChange(TrialChangeKind Kind, Trial Trial, long Id)
{
    /// <summary>
    /// Gets a value indicating whether the key is only the account's, because no id was given: the change then applies to the account's one
    /// open trial, whatever its key.
    /// </summary>
    public bool IsOfAccount { get; init; }

    /// <summary>Gets the intent whose deletion decides whether a change without a row is made.</summary>
    public long? IntentId { get; init; }

    /// <summary>
    /// Gets a function that completes the row of a trial's end from its entry in the schedule, if there is one; it returns
    /// <see langword="null"/> if the row has no user then. <see langword="null"/> for a row that is complete.
    /// </summary>
    [JsonIgnore]
    public Func<OutboxRow, Trial?, OutboxRow?>? Complete { get; init; }

    /// <summary>Gets or sets the completed row. Set by the store.</summary>
    [JsonIgnore]
    public ReadOnlyMemory<byte>? Completed { get; set; }

    /// <summary>
    /// Gets or sets the reason why its row was not inserted: the schedule contains it already, or it has no user.
    /// Set by the store with each write.
    /// </summary>
    [JsonIgnore]
    public string? Refusal { get; set; }
}

/// <summary>The kinds of changes of a trial.</summary>
internal enum TrialChangeKind
{
    /// <summary>It starts; if it is open already, only its dates and plan change.</summary>
    Start,

    /// <summary>Its dates or its plan change. A trial that the schedule does not contain is added as open.</summary>
    Move,

    /// <summary>
    /// The mapped row of a due trial shows that it continues: its end, which may be removed, and its plan are those of the row.
    /// </summary>
    Correct,

    /// <summary>The application ends it.</summary>
    End,

    /// <summary>The clock ends it, unless it was changed since the clock read it.</summary>
    Expire,
}

/// <summary>The result of a change.</summary>
/// <param name="Next">The entry in the schedule after it; <see langword="null"/> if the schedule does not change.</param>
/// <param name="IsEvent">Whether the change's row is inserted.</param>
internal readonly record struct TrialVerdict(Trial? Next, bool IsEvent);
