using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox.Sql;

/// <summary>How a store's database is used by an operation.</summary>
internal enum SqlUse
{
    /// <summary>It is read, without a transaction.</summary>
    Read,

    /// <summary>It is changed by what makes room, or must not be lost.</summary>
    Change,

    /// <summary>Something is recorded in it, which must be there for the next process too, and which a limit may refuse.</summary>
    Record,
}

/// <summary>
/// A store in a database: what all of them share. A derived store opens the database, and knows which processes share it.
/// </summary>
internal abstract class SqlOutboxStore : IOutboxStore, IOutboxDestinations, ITrialSchedule
{
    public abstract string Description { get; }

    public virtual string? File => null;

    public virtual string? Fault => null;

    public virtual string? Folder => null;

    public ITrialSchedule Trials => this;

    public IOutboxDestinations Destinations => this;

    public abstract void Open();

    public abstract ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken);

    public abstract ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(
        string destination, DateTimeOffset now, int maxRows, CancellationToken cancellationToken);

    public abstract ValueTask CompleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken);

    public abstract ValueTask RejectAsync(DeadLetter deadLetter, CancellationToken cancellationToken);

    public virtual ValueTask<long> ClaimOrphansAsync(CancellationToken cancellationToken) => new(0L);

    public abstract ValueTask<IReadOnlyList<Intent>> ReadOrphanedIntentsAsync(CancellationToken cancellationToken);

    public abstract ValueTask<int> PurgeUserAsync(string userId, CancellationToken cancellationToken);

    public abstract void Dispose();

    public ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken) =>
        LookAsync(outbox => outbox.GetStatusAsync(cancellationToken), cancellationToken);

    public ValueTask<long> GetLastIdAsync(CancellationToken cancellationToken) =>
        LookAsync(outbox => outbox.ReadLastIdAsync(cancellationToken), cancellationToken);

    public ValueTask<DateTimeOffset?> GetWaitingSinceAsync(string destination, DateTimeOffset now, CancellationToken cancellationToken) =>
        LookAsync(outbox => outbox.GetWaitingSinceAsync(destination, now, cancellationToken), cancellationToken);

    public ValueTask<long> CountNewerAsync(string destination, CancellationToken cancellationToken) =>
        LookAsync(outbox => outbox.CountNewerAsync(destination, cancellationToken), cancellationToken);

    public ValueTask<int> RestoreAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        UseAsync(SqlUse.Change, outbox => outbox.RestoreAsync(ids, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<OutboxRow>> ReadWaitingAsync(
        string? userId, long afterId, int maxCount, CancellationToken cancellationToken) =>
        LookAsync(outbox => outbox.ReadWaitingAsync(userId, afterId, maxCount, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<HeldUser>> ReadHeldAsync(int maxCount, CancellationToken cancellationToken) =>
        LookAsync(outbox => outbox.ReadHeldAsync(maxCount, cancellationToken), cancellationToken);

    public virtual ValueTask<IReadOnlyList<OutboxNode>?> ReadNodesAsync(CancellationToken cancellationToken) =>
        new((IReadOnlyList<OutboxNode>?)null);

    public ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(long afterId, int maxCount, CancellationToken cancellationToken) =>
        LookAsync(outbox => outbox.ReadDeadLettersAsync(afterId, maxCount, cancellationToken), cancellationToken);

    public ValueTask<int> PurgeAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        UseAsync(SqlUse.Change, outbox => outbox.DeleteDeadLettersAsync(ids, cancellationToken), cancellationToken);

    public ValueTask<int> PurgeAsync(DateTimeOffset rejectedBefore, CancellationToken cancellationToken) =>
        UseAsync(SqlUse.Change, outbox => outbox.DeleteDeadLettersAsync(rejectedBefore, cancellationToken), cancellationToken);

    public virtual ValueTask<UserContents> ReadUserAsync(string userId, CancellationToken cancellationToken) =>
        UseAsync(SqlUse.Read, outbox => outbox.ReadUserAsync(userId, cancellationToken), cancellationToken);

    public ValueTask<StoredState?> ReadStateAsync(string name, CancellationToken cancellationToken) =>
        UseAsync(SqlUse.Read, outbox => outbox.ReadStateAsync(name, cancellationToken), cancellationToken);

    public ValueTask<long> CountBackfillAsync(string destination, CancellationToken cancellationToken) =>
        LookAsync(outbox => outbox.CountBackfillAsync(destination, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<DestinationContents>> ReadAsync(CancellationToken cancellationToken) =>
        LookAsync(outbox => outbox.ReadDestinationsAsync(cancellationToken), cancellationToken);

    public ValueTask<bool> TryRedirectAsync(DestinationContents seen, string destination, CancellationToken cancellationToken) =>
        UseAsync(SqlUse.Change, outbox => outbox.TryChangeDestinationAsync(seen, destination, cancellationToken), cancellationToken);

    public ValueTask<bool> TryPurgeAsync(DestinationContents seen, CancellationToken cancellationToken) =>
        UseAsync(SqlUse.Change, outbox => outbox.TryChangeDestinationAsync(seen, null, cancellationToken), cancellationToken);

    public ValueTask<DateTimeOffset?> GetSharedTimeAsync(CancellationToken cancellationToken) =>
        UseAsync(SqlUse.Read, outbox => outbox.Trials.GetSharedTimeAsync(cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<Trial>> ReadNextAsync(int maxCount, CancellationToken cancellationToken) =>
        UseAsync(SqlUse.Read, outbox => outbox.Trials.ReadNextAsync(maxCount, cancellationToken), cancellationToken);

    public ValueTask<int> PurgeEndedAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        UseAsync(SqlUse.Change, outbox => outbox.Trials.PurgeEndedAsync(before, cancellationToken), cancellationToken);

    /// <summary>
    /// Erases a person, in parts, so that what is recorded meanwhile does not wait for all of it. Returns how many entries that were.
    /// </summary>
    protected async ValueTask<int> PurgeInPartsAsync(string userId, CancellationToken cancellationToken)
    {
        var (purged, isMore) = (0, true);
        while (isMore)
        {
            (var deleted, isMore) = await UseAsync(
                SqlUse.Change, outbox => outbox.PurgeRowsAsync(userId, cancellationToken), cancellationToken).ConfigureAwait(false);
            purged += deleted;
        }

        return purged + await UseAsync(
            SqlUse.Change, outbox => outbox.PurgeUserAsync(userId, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads from the database without holding up what others do with it.</summary>
    /// <exception cref="IOException">A file of ours cannot be used.</exception>
    protected virtual ValueTask<T> LookAsync<T>(Func<SqlOutbox, ValueTask<T>> look, CancellationToken cancellationToken) =>
        UseAsync(SqlUse.Read, look, cancellationToken);

    /// <summary>Does something with the database.</summary>
    /// <exception cref="IOException">A file of ours cannot be used.</exception>
    protected abstract ValueTask<T> UseAsync<T>(SqlUse use, Func<SqlOutbox, ValueTask<T>> work, CancellationToken cancellationToken);
}
