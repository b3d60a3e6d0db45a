using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox.Memory;

/// <summary>Shows events at once and keeps none: what was captured without an account is never delivered later.</summary>
/// <param name="store">A store that shows.</param>
/// <param name="signal">Wakes the trial clock.</param>
/// <param name="diagnostics">Counts facts that were not tracked.</param>
internal sealed class CaptureOnlyOutbox(MemoryOutboxStore store, OutboxSignal signal, LifecycleDiagnostics diagnostics) : IOutboxAppender
{
    /// <summary>Gets the store behind it.</summary>
    public MemoryOutboxStore Store => store;

    public bool Append(Intent intent) => false;

    public ValueTask<RecordOutcome> CommitAsync(OutboxCommit commit, CancellationToken cancellationToken) => new(Commit(commit));

    public RecordOutcome Commit(OutboxCommit commit)
    {
        store.Commit(commit);
        TrialReport.Write(commit, signal, diagnostics);
        commit.Committed?.Invoke(commit);
        commit.ReturnPayloads();
        return RecordOutcome.Recorded;
    }
}
