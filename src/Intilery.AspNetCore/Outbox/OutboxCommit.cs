using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox;

/// <summary>The end of a scope, in one transaction: delete its intents, insert the rows and dead letters of those that were still there.</summary>
internal sealed record OutboxCommit(IReadOnlyList<long> Intents, IReadOnlyList<OutboxRow> Rows)
{
    /// <summary>Gets the events that can never be delivered; they are kept for operators.</summary>
    public IReadOnlyList<DeadLetter> DeadLetters { get; init; } = [];

    /// <summary>Gets the changes of trials that are no event of their own; made after those of the rows.</summary>
    public IReadOnlyList<TrialChange> Trials { get; init; } = [];

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

    /// <summary>Gets a value indicating whether the rows' payloads are rented from the shared pool, to be returned once they are stored.</summary>
    [JsonIgnore]
    public bool RentsPayloads { get; init; }

    /// <summary>
    /// Gets what is called once when all of it is committed; it must neither throw nor wait, and what it wants of the rows it copies.
    /// </summary>
    [JsonIgnore]
    public Action<OutboxCommit>? Committed { get; init; }

    /// <summary>Returns rented payloads. Called once, by whoever was handed the settlement, and nobody reads the rows afterwards.</summary>
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

/// <summary>One thing to write: an intent or a settlement. A store writes many of them in one transaction, in their order.</summary>
internal readonly record struct OutboxWrite(Intent? Intent, OutboxCommit? Commit);
