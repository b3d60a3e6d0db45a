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
