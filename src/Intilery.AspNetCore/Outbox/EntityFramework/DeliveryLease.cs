using Intilery.AspNetCore.Outbox.Sql;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>How long a process that gives no sign of life counts as alive, and how often one gives it.</summary>
internal sealed class LeaseTime(Func<TimeSpan> requestTimeout)
{
    /// <summary>Gets the lease's time: more than two requests' time-outs, so that a request ends within it.</summary>
    public TimeSpan Lease => requestTimeout() * 3;

    /// <summary>Gets how often a living process shows that it is alive.</summary>
    public TimeSpan Beat => Lease / 6;
}

/// <summary>
/// The lease on delivery from a shared outbox: an owner, a fence that counts the hands it went through, and a beat. A
/// process that has seen the same beat for the lease's time on its own clock takes it over; the fence then turns away what the one before
/// still does.
/// </summary>
internal sealed class DeliveryLease(
    IOutboxSessions sessions, NodeRegistry nodes, LeaseTime leaseTime, HeartbeatMonitor monitor, TimeProvider time)
    : IDeliveryLease, IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private bool _isHeld;
    private long _fence;
    private long _renewedAt;

    public TimeSpan LookEvery => TimeSpan.FromSeconds(1);

    /// <summary>Gets how often to renew it.</summary>
    public TimeSpan Beat => leaseTime.Beat;

    /// <summary>Gets the fence of the lease that this process has, or had last.</summary>
    public long Fence => Volatile.Read(ref _fence);

    public async ValueTask<bool> TryHoldAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isHeld && time.GetElapsedTime(_renewedAt) < Beat)
            {
                return true;
            }

            var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = session.ConfigureAwait(false);
            return (_isHeld && await RenewAsync(session.Sql, cancellationToken).ConfigureAwait(false))
                || await TakeAsync(session.Sql, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Renews the lease if this process has it: a long request must not outlast it.</summary>
    public async ValueTask RenewIfHeldAsync(SqlSession session, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isHeld)
            {
                await RenewAsync(session, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Gives the lease back, so that another process takes it the next time it looks.</summary>
    public async ValueTask ReleaseAsync(SqlSession session, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isHeld)
            {
                _isHeld = false;
                await session.ExecuteAsync(session.Sql.ReleaseLease, cancellationToken, nodes.Id, _fence).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async ValueTask<bool> RenewAsync(SqlSession session, CancellationToken cancellationToken)
    {
        // The time before the statement: another process may see its effect at any moment after that.
        var now = time.GetTimestamp();
        _isHeld = await session.ExecuteAsync(session.Sql.RenewLease, cancellationToken, nodes.Id, _fence).ConfigureAwait(false) == 1;
        _renewedAt = now;
        return _isHeld;
    }

    private async ValueTask<bool> TakeAsync(SqlSession session, CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        if (await FindAsync(session, cancellationToken).ConfigureAwait(false) is not { } seen)
        {
            await session.ExecuteAsync(session.Sql.InsertNode, cancellationToken, OutboxSql.Lease, OutboxSql.Lease).ConfigureAwait(false);
            seen = new NodeState(OutboxSql.Lease, OutboxSql.Nobody, 0, 1, OutboxSql.Lease);
        }

        if (seen.Owner != OutboxSql.Nobody && !monitor.StandsStill(seen, leaseTime.Lease))
        {
            return false;
        }

        _isHeld = await session.ExecuteAsync(
            session.Sql.TakeLease, cancellationToken, nodes.Id, seen.Fence, seen.Beat).ConfigureAwait(false) == 1;
        _renewedAt = now;
        if (_isHeld)
        {
            Volatile.Write(ref _fence, seen.Fence + 1);
        }

        return _isHeld;
    }

    private static async ValueTask<NodeState?> FindAsync(SqlSession session, CancellationToken cancellationToken)
    {
        var nodes = await NodeRegistry.ReadAsync(session, cancellationToken).ConfigureAwait(false);
        return nodes.Where(node => node.Id == OutboxSql.Lease).Select(node => (NodeState?)node).FirstOrDefault();
    }
}
