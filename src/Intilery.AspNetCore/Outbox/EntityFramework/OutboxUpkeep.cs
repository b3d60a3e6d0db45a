using Intilery.AspNetCore.Outbox.Sql;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>Keeps this process's row among those that share the outbox, and with it the knowledge whether the tables work.</summary>
internal sealed class OutboxUpkeep(IOutboxSessions sessions, OutboxOwner owner, DeliveryLease lease, OutboxNeighbours neighbours, OutboxAvailability availability)
    : IOutboxUpkeep
{
    public TimeSpan Every => lease.Beat;

    public async Task BeatAsync(CancellationToken cancellationToken)
    {
        try
        {
            var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = session.ConfigureAwait(false);
            await ProbeAsync(session, cancellationToken).ConfigureAwait(false);
            if (await session.ExecuteAsync(session.Sql.Nodes.Beat, cancellationToken, owner.Id).ConfigureAwait(false) == 0)
            {
                await session.ExecuteAsync(session.Sql.Nodes.Insert, cancellationToken, owner.Id, NodeSql.Nobody, 0L).ConfigureAwait(false);
            }

            availability.Works(session.Connection);
            await lease.RenewIfHeldAsync(session, cancellationToken).ConfigureAwait(false);
            await neighbours.LookAsync(session, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            // Missing tables, a database that is away: said, and tried again at the next beat.
            availability.Fails(exception);
        }
    }

    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        if (!availability.IsUsable)
        {
            return;
        }

        try
        {
            var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = session.ConfigureAwait(false);
            await lease.ReleaseAsync(session, cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync(session.Sql.Nodes.Leave, cancellationToken, owner.Id).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The others then wait for the lease's time instead.
            availability.Fails(exception);
        }
    }

    // Every table and column that a request's transaction will touch.
    private static async ValueTask ProbeAsync(OutboxSession session, CancellationToken cancellationToken)
    {
        foreach (var probe in session.Sql.Probes)
        {
            await session.ReadAsync(probe, _ => 0, cancellationToken).ConfigureAwait(false);
        }
    }
}
