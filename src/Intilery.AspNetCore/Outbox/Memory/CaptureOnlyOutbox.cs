
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox.Memory;

/// <summary>
/// Shows events and keeps none: what was captured without an account is never delivered later. Of trials it remembers what it takes
/// to end them in time and once, as every other outbox does.
/// </summary>
/// <param name="trials">What is remembered of trials.</param>
/// <param name="show">Shows a row; what it wants of it, it copies.</param>
/// <param name="signal">Wakes the trial clock.</param>
/// <param name="diagnostics">Who is told of what is no event.</param>
internal sealed class CaptureOnlyOutbox(MemoryTrials trials, Action<OutboxRow> show, OutboxSignal signal, LifecycleDiagnostics diagnostics)
    : IOutboxAppender, ITrialStore
{
    public ITrialSchedule Trials => trials;

    public bool KeepsEvents => false;

    public bool Append(Intent intent) => false;

    public ValueTask<RecordOutcome> SettleAsync(OutboxCommit settlement, CancellationToken cancellationToken) => new(Settle(settlement));

    public RecordOutcome Settle(OutboxCommit settlement)
    {
        Show(settlement);
        TrialReport.Write(settlement, signal, diagnostics);
        settlement.Committed?.Invoke(settlement);
        settlement.ReturnPayloads();
        return RecordOutcome.Recorded;
    }

    public ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken)
    {
        foreach (var write in writes)
        {
            if (write.Commit is { } settlement)
            {
                Show(settlement);
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Erases a person from what is remembered of trials. Returns how many.</summary>
    public int PurgeUser(string userId) => trials.PurgeUser(userId);

    private void Show(OutboxCommit settlement)
    {
        for (var i = 0; i < settlement.Rows.Count; i++)
        {
            if (trials.Admit(settlement.Rows[i]) is { } admitted)
            {
                show(admitted);
            }
        }

        for (var i = 0; i < settlement.DeadLetters.Count; i++)
        {
            trials.Admit(settlement.DeadLetters[i].Row);
        }

        for (var i = 0; i < settlement.Trials.Count; i++)
        {
            trials.Apply(settlement.Trials[i], out _);
        }
    }
}
