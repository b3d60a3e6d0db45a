
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>The clock's side of the embedded store: this process's file alone, so no clock is shared.</summary>
/// <param name="gate">The lock of the store that it belongs to.</param>
/// <param name="outbox">The file.</param>
internal sealed class SqliteTrialSchedule(Lock gate, OpenOutbox outbox) : ITrialSchedule
{
    public ValueTask<DateTimeOffset?> GetSharedTimeAsync(CancellationToken cancellationToken) => new((DateTimeOffset?)null);

    public ValueTask<IReadOnlyList<Trial>> ReadNextAsync(int maxCount, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return new(outbox.Use(database => database.Commands.Trials.ReadNext(maxCount)));
        }
    }

    public ValueTask<int> PurgeEndedAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return new(outbox.Use(database => database.InTransaction(withoutLimit: true, () => database.Commands.Trials.PurgeEnded(before))));
        }
    }
}
