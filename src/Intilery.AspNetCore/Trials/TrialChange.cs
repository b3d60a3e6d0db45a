using System.Text.Json.Serialization;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Trials;

/// <summary>A change of a trial, made in the transaction that inserts its event.</summary>
/// <param name="Kind">What happens to it.</param>
/// <param name="Trial">What is said of it; for <see cref="TrialChangeKind.Expire"/>, what the schedule held.</param>
/// <param name="Id">The id of the change, see <see cref="RowIdSequence"/>: its row's, where it has one.</param>
internal sealed record TrialChange(TrialChangeKind Kind, Trial Trial, long Id)
{
    /// <summary>
    /// Gets a value indicating whether the key is only the account's, because no id was told: then its one open trial is meant,
    /// whatever the key of that.
    /// </summary>
    public bool IsOfAccount { get; init; }

    /// <summary>Gets the intent on whose deletion a change without a row depends.</summary>
    public long? IntentId { get; init; }

    /// <summary>
    /// Gets how an end's row takes from the schedule, which may not know the trial, what its reporter did not say; it is no row if it
    /// is nobody's then. <see langword="null"/> for a row that says all.
    /// </summary>
    [JsonIgnore]
    public Func<OutboxRow, Trial?, OutboxRow?>? Complete { get; init; }

    /// <summary>Gets or sets what the row became by that. Told by the store.</summary>
    [JsonIgnore]
    public ReadOnlyMemory<byte>? Completed { get; set; }

    /// <summary>
    /// Gets or sets the reason for which its row was not inserted: the schedule had it already, or it is nobody's. Told by the store,
    /// of the last time that it was written.
    /// </summary>
    [JsonIgnore]
    public string? Refusal { get; set; }
}

/// <summary>What happens to a trial of the schedule.</summary>
internal enum TrialChangeKind
{
    /// <summary>It starts; if it is open already, it is at most moved.</summary>
    Start,

    /// <summary>Its dates or its plan change. One that the schedule does not know began before anybody looked, and is open from now on.</summary>
    Move,

    /// <summary>The mapped row of a trial that is due says that it goes on: its end, which may be gone, and its plan are the row's.</summary>
    Correct,

    /// <summary>The application ends it.</summary>
    End,

    /// <summary>The clock ends it, unless it was changed since the clock looked.</summary>
    Expire,
}

/// <summary>What a change does to a trial.</summary>
/// <param name="Next">What the schedule holds after it; <see langword="null"/> if nothing changes there.</param>
/// <param name="IsEvent">Whether the change's row is inserted.</param>
internal readonly record struct TrialVerdict(Trial? Next, bool IsEvent);
