using Intilery.AspNetCore.Outbox.Sql;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>The store in the application's own database, shared by all of its processes.</summary>
internal sealed class EntityFrameworkOutboxStore(
    IOutboxSessions sessions, DeliveryLease lease, NodeRegistry nodes, OutboxAvailability availability, TimeProvider time)
    : SqlOutboxStore
{
    // Those that this process was asked to recover: their users' order is kept when they are committed.
    private volatile HashSet<long> _orphans = [];

    private readonly LowWaterMark _mark = new(time);

    public override string Description => $"{sessions.ContextType.Name} (the application's database, survives the process and the machine)";

    public override string? Fault => availability.Fault;

    private LeaseFence Fence => new(nodes.Id, lease.Fence);

    // The database is not asked: the application may migrate it while it starts, or after its code was rolled out.
    public override void Open() => sessions.Validate();

    public override async ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken)
    {
        var orphans = _orphans;
        await UseAsync(SqlUse.Record, WriteAsync, cancellationToken).ConfigureAwait(false);

        async ValueTask<bool> WriteAsync(SqlOutbox outbox)
        {
            if (writes.Any(write => write.Intent is not null))
            {
                // The first beat may be still to come, and an intent without its owner's row looks like one that was left behind.
                await nodes.RegisterAsync(outbox.Session, cancellationToken).ConfigureAwait(false);
            }

            await outbox.WriteAsync(writes, nodes.Id, orphans.Contains, cancellationToken).ConfigureAwait(false);
            return true;
        }
    }

    public override async ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(
        string destination, DateTimeOffset now, int maxRows, CancellationToken cancellationToken)
    {
        var from = _mark.From(destination);
        var rows = await UseAsync(
            SqlUse.Read,
            outbox => outbox.ReadDueAsync(destination, now, from, maxRows, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        if (rows is [{ Row.IsBackfill: false } first, ..])
        {
            _mark.Seen(destination, Math.Min(first.Position, first.FirstHeld ?? long.MaxValue));
        }

        return [.. rows.Select(entry => entry.Row)];
    }

    public override async ValueTask CompleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        await UseAsync(
            SqlUse.Read, outbox => outbox.DeleteRowsAsync(ids, Fence, cancellationToken), cancellationToken).ConfigureAwait(false);

    public override async ValueTask RejectAsync(DeadLetter deadLetter, CancellationToken cancellationToken) => await UseAsync(
        SqlUse.Change,
        async outbox =>
        {
            await outbox.RejectAsync(deadLetter, Fence, cancellationToken).ConfigureAwait(false);
            return true;
        },
        cancellationToken).ConfigureAwait(false);

    public override async ValueTask<IReadOnlyList<Intent>> ReadOrphanedIntentsAsync(CancellationToken cancellationToken)
    {
        var orphans = await UseAsync(
            SqlUse.Read, outbox => nodes.ReadOrphansAsync(outbox, cancellationToken), cancellationToken).ConfigureAwait(false);
        _orphans = [.. orphans.Select(intent => intent.Id)];
        return orphans;
    }

    public override async ValueTask<IReadOnlyList<OutboxNode>?> ReadNodesAsync(CancellationToken cancellationToken) =>
        await UseAsync(
            SqlUse.Read, outbox => nodes.DescribeAsync(outbox.Session, cancellationToken), cancellationToken).ConfigureAwait(false);

    public override ValueTask<int> PurgeUserAsync(string userId, CancellationToken cancellationToken) =>
        PurgeInPartsAsync(userId, cancellationToken);

    public override void Dispose()
    {
    }

    protected override async ValueTask<T> UseAsync<T>(SqlUse use, Func<SqlOutbox, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        return use == SqlUse.Read
            ? await work(session.Outbox).ConfigureAwait(false)
            : await session.Sql.InTransactionAsync(() => work(session.Outbox), cancellationToken).ConfigureAwait(false);
    }
}
