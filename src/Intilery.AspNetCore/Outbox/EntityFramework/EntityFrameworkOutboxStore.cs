using System.Data.Common;
using Intilery.AspNetCore.Outbox.Sql;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>The store in the application's own database, shared by all of its processes.</summary>
internal sealed class EntityFrameworkOutboxStore(
    IOutboxSessions sessions, OutboxOwner owner, DeliveryLease lease, OutboxNeighbours neighbours, OutboxAvailability availability) : IOutboxStore
{
    // Of a statement's text; a batch may hold thousands.
    private const int MaxIdsPerStatement = 500;

    public string Description => $"{sessions.ContextType.Name} (the application's database, survives the process and the machine)";

    public ITrialSchedule Trials { get; } = new SharedTrials(sessions);

    public IOutboxDestinations Destinations { get; } = new SharedDestinations(sessions);

    public string? Fault => availability.Fault;

    // The database is not asked: the application may migrate it while it starts, or after its code was rolled out.
    public void Open() => sessions.Validate();

    public async ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        await session.BeginAsync(cancellationToken).ConfigureAwait(false);
        if (writes.Any(write => write.Intent is not null))
        {
            // The first beat may be still to come, and an intent without its owner's row looks like one that was left behind.
            await session.ExecuteAsync(session.Sql.Nodes.Insert, cancellationToken, owner.Id, NodeSql.Nobody, 0L).ConfigureAwait(false);
        }

        foreach (var write in writes)
        {
            if (write.Intent is { } intent)
            {
                await session.ExecuteAsync(
                    session.Sql.InsertIntent, cancellationToken, intent.Id, owner.Id, intent.Scope, intent.UserId, intent.Payload.ToArray()).ConfigureAwait(false);
            }

            if (write.Commit is { } settlement)
            {
                await SettleAsync(session, settlement, cancellationToken).ConfigureAwait(false);
            }
        }

        await session.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(string destination, DateTimeOffset now, int maxRows, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        return await session.ReadAsync(session.Sql.ReadRows, Row, cancellationToken, destination, now.ToUnixTimeMilliseconds(), maxRows).ConfigureAwait(false);

        OutboxRow Row(DbDataReader reader) => new(
            reader.GetInt64(0),
            reader.GetString(1),
            reader.IsDBNull(2) ? null : reader.GetString(2),
            DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(3)),
            reader.GetFieldValue<byte[]>(4))
        {
            Destination = destination,
        };
    }

    public async ValueTask CompleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        foreach (var some in ids.Chunk(MaxIdsPerStatement))
        {
            await session.ExecuteAsync(session.Sql.DeleteRows + OutboxSql.List(some), cancellationToken, owner.Id, lease.Fence).ConfigureAwait(false);
        }
    }

    public async ValueTask RejectAsync(DeadLetter deadLetter, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        await session.BeginAsync(cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync(
            session.Sql.InsertDeadLetter, cancellationToken, owner.Id, lease.Fence, deadLetter.Row.Id, deadLetter.Message, deadLetter.At.ToUnixTimeMilliseconds()).ConfigureAwait(false);
        await session.ExecuteAsync(
            session.Sql.DeleteRows + OutboxSql.List([deadLetter.Row.Id]), cancellationToken, owner.Id, lease.Fence).ConfigureAwait(false);
        await session.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<Intent>> ReadOrphanedIntentsAsync(CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        return await neighbours.OrphansAsync(session, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        var rows = await session.ReadAsync(
            session.Sql.CountRows, reader => (Destination: reader.GetString(0), Count: reader.GetInt64(1), LastId: reader.GetInt64(2)), cancellationToken).ConfigureAwait(false);
        var intents = await CountAsync(session, session.Sql.CountIntents, cancellationToken).ConfigureAwait(false);
        var deadLetters = await CountAsync(session, session.Sql.CountDeadLetters, cancellationToken).ConfigureAwait(false);
        var byDestination = rows.ToDictionary(group => group.Destination, group => group.Count, StringComparer.Ordinal);
        return new OutboxStatus(rows.Sum(group => group.Count), intents, deadLetters, byDestination)
        {
            LastId = rows.Select(group => group.LastId).DefaultIfEmpty().Max(),
        };
    }

    public async ValueTask<int> RestoreAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        return await SharedDeadLetters.RestoreAsync(session, ids, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(long afterId, int maxCount, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        return await SharedDeadLetters.ReadAsync(session, afterId, maxCount, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<int> PurgeAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        var purged = 0;
        foreach (var some in ids.Chunk(MaxIdsPerStatement))
        {
            purged += await session.ExecuteAsync(session.Sql.DeleteDeadLetters + OutboxSql.List(some), cancellationToken).ConfigureAwait(false);
        }

        return purged;
    }

    public async ValueTask<int> PurgeAsync(DateTimeOffset rejectedBefore, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        return await session.ExecuteAsync(
            session.Sql.DeleteOldDeadLetters, cancellationToken, rejectedBefore.ToUnixTimeMilliseconds()).ConfigureAwait(false);
    }

    public async ValueTask<int> PurgeUserAsync(string userId, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        return await SharedDeadLetters.PurgeUserAsync(session, userId, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
    }

    private static async ValueTask<long> CountAsync(OutboxSession session, string sql, CancellationToken cancellationToken) =>
        (await session.ReadAsync(sql, reader => reader.GetInt64(0), cancellationToken).ConfigureAwait(false))[0];

    private static async ValueTask SettleAsync(OutboxSession session, OutboxCommit settlement, CancellationToken cancellationToken)
    {
        var deleted = new HashSet<long>();
        foreach (var id in settlement.Intents)
        {
            if (await session.ExecuteAsync(session.Sql.DeleteIntent, cancellationToken, id).ConfigureAwait(false) == 1)
            {
                deleted.Add(id);
            }
        }

        foreach (var row in settlement.Rows)
        {
            if (IsSettledHere(row.IntentId) && await SharedTrials.AdmitAsync(session, row, cancellationToken).ConfigureAwait(false) is { } admitted)
            {
                await session.ExecuteAsync(
                    session.Sql.InsertRow, cancellationToken, admitted.Id, admitted.Destination, admitted.UserId, admitted.EventName,
                    admitted.DueAt.ToUnixTimeMilliseconds(), admitted.Payload.ToArray()).ConfigureAwait(false);
            }
        }

        foreach (var letter in settlement.DeadLetters)
        {
            if (IsSettledHere(letter.Row.IntentId) && await SharedTrials.AdmitAsync(session, letter.Row, cancellationToken).ConfigureAwait(false) is { } admitted)
            {
                await SharedDeadLetters.InsertAsync(session, letter with { Row = admitted }, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var change in settlement.Trials.Where(change => IsSettledHere(change.IntentId)))
        {
            await SharedTrials.ApplyAsync(session, change, cancellationToken).ConfigureAwait(false);
        }

        bool IsSettledHere(long? intent) => intent is not { } id || deleted.Contains(id);
    }
}
