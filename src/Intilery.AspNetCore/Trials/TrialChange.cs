using System.Text.Json.Serialization;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Trials;

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
