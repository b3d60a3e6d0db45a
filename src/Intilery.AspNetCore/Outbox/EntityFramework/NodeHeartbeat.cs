using Intilery.AspNetCore.Outbox.Sql;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>
/// Keeps this process's row among those that share the outbox, and with it the knowledge whether the tables work, and the clock that its
/// ids go by.
/// </summary>
internal sealed class NodeHeartbeat(
    IOutboxSessions sessions,
    DeliveryLease lease,
    NodeRegistry nodes,
    OutboxAvailability availability,
    RowIdSequence ids,
    TimeProvider time) : INodeHeartbeat
{
    // An answer that took longer leaves it too unsure when the clock was read.
    private static readonly TimeSpan _longestLook = TimeSpan.FromSeconds(1);

    public TimeSpan Every => lease.Beat;

    public async Task BeatAsync(CancellationToken cancellationToken)
    {
        try
        {
            var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = session.ConfigureAwait(false);

            // Every table and column that a request's transaction will touch.
            foreach (var probe in session.Sql.Sql.Probes)
            {
                await session.Sql.ReadAsync(probe, _ => 0, cancellationToken).ConfigureAwait(false);
            }

            await nodes.BeatAsync(session.Sql, cancellationToken).ConfigureAwait(false);
            availability.Works(session.Place);
            await lease.RenewIfHeldAsync(session.Sql, cancellationToken).ConfigureAwait(false);
            await FollowClockAsync(session.Outbox, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            // Missing tables, a database that is away: logged, and tried again at the next beat.
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
            await lease.ReleaseAsync(session.Sql, cancellationToken).ConfigureAwait(false);
            await session.Sql.ExecuteAsync(session.Sql.Sql.DeleteNode, cancellationToken, nodes.Id).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The others then wait for the lease's time instead.
            availability.Fails(exception);
        }
    }

    private async ValueTask FollowClockAsync(SqlOutbox outbox, CancellationToken cancellationToken)
    {
        var before = time.GetTimestamp();
        if (await outbox.Trials.GetSharedTimeAsync(cancellationToken).ConfigureAwait(false) is { } now
            && time.GetElapsedTime(before) is var took
            && took < _longestLook)
        {
            ids.Follow(now + (took / 2), time.GetTimestamp());
        }
    }
}
