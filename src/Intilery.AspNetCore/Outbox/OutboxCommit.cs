using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox;

/// <summary>
/// The end of a scope, in one transaction: delete its intents, insert the rows and dead letters of those that were still there.
/// </summary>
internal sealed record OutboxCommit(IReadOnlyList<long> Intents, IReadOnlyList<OutboxRow> Rows)
{
    /// <summary>Gets the events that can never be delivered; they are kept for operators.</summary>
    public IReadOnlyList<DeadLetter> DeadLetters { get; init; } = [];

    /// <summary>Gets the changes of trials that are no event of their own; made after those of the rows.</summary>
    public IReadOnlyList<TrialChange> Trials { get; init; } = [];

    /// <summary>
    /// Gets the users whose backfilled identify, if it still waits, is deleted before the rows are inserted: it is out of date.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyList<string> Superseded { get; init; } = [];

    /// <summary>Gets the change of a state on which all of the commit depends; <see langword="null"/> if there is none.</summary>
    [JsonIgnore]
    public StateChange? State { get; init; }

    /// <summary>Gets a value indicating whether it may make a trial end earlier or later.</summary>
    public bool ChangesTrials
    {
        get
        {
            var isChange = Trials.Count > 0;
            for (var i = 0; i < Rows.Count && !isChange; i++)
            {
                isChange = Rows[i].Trial is not null;
            }

            return isChange;
        }
    }

    /// <summary>
    /// Gets a value indicating whether the rows' payloads are rented from the shared pool, to be returned once they are stored.
    /// </summary>
    [JsonIgnore]
    public bool RentsPayloads { get; init; }

    /// <summary>
    /// Gets what is called once when all of it is committed; it must neither throw nor wait, and what it wants of the rows it copies.
    /// </summary>
    [JsonIgnore]
    public Action<OutboxCommit>? Committed { get; init; }

    /// <summary>
    /// Returns rented payloads to the pool. The receiver of the commit calls it once; the rows must not be read afterwards.
    /// </summary>
    public void ReturnPayloads()
    {
        if (!RentsPayloads)
        {
            return;
        }

        for (var i = 0; i < Rows.Count; i++)
        {
            if (MemoryMarshal.TryGetArray(Rows[i].Payload, out var rented))
            {
                ArrayPool<byte>.Shared.Return(rented.Array!);
            }
        }
    }
}

/// <summary>What an operator's command keeps for the next one, under a name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Version">How often it was changed.</param>
/// <param name="Value">What the command wrote.</param>
internal sealed record StoredState(string Name, long Version, ReadOnlyMemory<byte> Value);

/// <summary>
/// A change of a stored state in the transaction of a commit. If another process has changed it since, nothing of the commit is written; if
/// the same change is written again, because its answer was lost, nothing is written a second time.
/// </summary>
/// <param name="Name">The state's name.</param>
/// <param name="SeenVersion">The version that was seen; 0 if there was none.</param>
/// <param name="Value">What it becomes.</param>
internal sealed record StateChange(string Name, long SeenVersion, ReadOnlyMemory<byte> Value)
{
    /// <summary>Gets or sets a value indicating whether another process has changed the state. Set by the store.</summary>
    public bool IsRefused { get; set; }

    /// <summary>Returns whether to write the commit's other parts, by the stored state; sets <see cref="IsRefused"/> if not.</summary>
    public bool Decide(StoredState? stored)
    {
        var isNew = (stored?.Version ?? 0) == SeenVersion;
        IsRefused = !isNew && !(stored!.Version == SeenVersion + 1 && stored.Value.Span.SequenceEqual(Value.Span));
        return isNew;
    }
}

/// <summary>One thing to write: an intent or a commit. A store writes many of them in one transaction, in their order.</summary>
internal readonly record struct OutboxWrite(Intent? Intent, OutboxCommit? Commit);
