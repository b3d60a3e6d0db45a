using Intilery.AspNetCore.Diagnostics;

namespace Intilery.AspNetCore.Outbox.Trials;

/// <summary>Tells what the schedule made of a commit's changes.</summary>
internal static class TrialReport
{
    /// <summary>Counts the events that the schedule has refused, and wakes the clock. Returns how many there were.</summary>
    public static int Write(IReadOnlyList<PendingWrite> committed, OutboxSignal signal, LifecycleDiagnostics diagnostics)
    {
        var refused = 0;
        for (var i = 0; i < committed.Count; i++)
        {
            if (committed[i].Write.Settlement is not { ChangesTrials: true } settlement)
            {
                continue;
            }

            foreach (var row in settlement.Rows)
            {
                if (row.Trial?.Refusal is { } reason)
                {
                    refused++;
                    diagnostics.Suppressed(row.EventName, reason);
                }
            }

            signal.SetTrials();
        }

        return refused;
    }
}
