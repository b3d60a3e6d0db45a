namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>The destinations of what waits in this process's file.</summary>
/// <param name="gate">The lock of the store that it belongs to.</param>
/// <param name="outbox">The file.</param>
internal sealed class SqliteDestinations(Lock gate, OpenOutbox outbox) : IOutboxDestinations
{
    public ValueTask<IReadOnlyList<DestinationContents>> ReadAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return new(outbox.Use(database => database.Destinations.Read()));
        }
    }

    public ValueTask<bool> TryRedirectAsync(DestinationContents seen, string destination, CancellationToken cancellationToken) =>
        new(TryChange(seen, database => database.Destinations.Redirect(seen.Destination, destination)));

    public ValueTask<bool> TryPurgeAsync(DestinationContents seen, CancellationToken cancellationToken) =>
        new(TryChange(seen, database => database.Destinations.Purge(seen.Destination)));

    private bool TryChange(DestinationContents seen, Action<OutboxDatabase> change)
    {
        lock (gate)
        {
            return outbox.Use(database => database.InTransaction(withoutLimit: true, () =>
            {
                var isSeen = database.Destinations.Read().Contains(seen);
                if (isSeen)
                {
                    change(database);
                }

                return isSeen;
            }));
        }
    }
}
