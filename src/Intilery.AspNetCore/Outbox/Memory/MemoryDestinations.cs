
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox.Memory;

/// <summary>The destinations of what waits in memory.</summary>
/// <param name="gate">The lock of the store that it belongs to.</param>
/// <param name="rows">The store's rows.</param>
/// <param name="trials">The store's schedule.</param>
internal sealed class MemoryDestinations(Lock gate, SortedDictionary<long, OutboxRow> rows, MemoryTrials trials) : IOutboxDestinations
{
    public ValueTask<IReadOnlyList<DestinationContents>> ReadAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return new([.. Contents()]);
        }
    }

    public ValueTask<bool> TryRedirectAsync(DestinationContents seen, string destination, CancellationToken cancellationToken) =>
        new(TryChange(seen, row => row with { Destination = destination }, trial => trial with { Destination = destination, Version = trial.Version + 1 }));

    public ValueTask<bool> TryPurgeAsync(DestinationContents seen, CancellationToken cancellationToken) => new(TryChange(seen, _ => null, _ => null));

    private IEnumerable<DestinationContents> Contents()
    {
        var (waiting, open) = (rows.Values.CountBy(row => row.Destination).ToDictionary(), trials.OpenByDestination());
        return waiting.Keys.Union(open.Keys).Order(StringComparer.Ordinal).Select(destination =>
            new DestinationContents(destination, waiting.GetValueOrDefault(destination), open.GetValueOrDefault(destination)));
    }

    private bool TryChange(DestinationContents seen, Func<OutboxRow, OutboxRow?> changeRow, Func<Trial, Trial?> changeTrial)
    {
        lock (gate)
        {
            if (!Contents().Contains(seen))
            {
                return false;
            }

            foreach (var row in rows.Values.Where(row => row.Destination == seen.Destination).ToList())
            {
                rows.Remove(row.Id);
                if (changeRow(row) is { } changed)
                {
                    rows.Add(changed.Id, changed);
                }
            }

            trials.ChangeOpen(seen.Destination, changeTrial);
            return true;
        }
    }
}
