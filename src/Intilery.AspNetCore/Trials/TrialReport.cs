
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Trials;

/// <summary>Tells what the schedule made of a settlement's changes.</summary>
internal static class TrialReport
{
    /// <summary>Counts the events that the schedule has refused, and wakes the clock. Returns how many there were.</summary>
    public static int Write(OutboxCommit committed, OutboxSignal signal, LifecycleDiagnostics diagnostics)
    {
        if (!committed.ChangesTrials)
        {
            return 0;
        }

        var refused = 0;
        foreach (var row in committed.Rows)
        {
            if (row.Trial?.Refusal is { } reason)
            {
                refused++;
                diagnostics.Suppressed(row.EventName, reason);
            }
        }

        signal.SetTrials();
        return refused;
    }
}
