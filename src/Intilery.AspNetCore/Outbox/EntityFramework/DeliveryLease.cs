using Intilery.AspNetCore.Outbox.Sql;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>
/// The lease on delivery from a shared outbox: an owner, a fence that counts the hands it went through, and a beat. Whoever has
/// seen the same beat for the lease's time on its own clock takes it over; the fence then turns away what the one before still does.
/// </summary>
internal sealed class DeliveryLease(IOutboxSessions sessions, OutboxOwner owner, LeaseTime leaseTime, BeatWatch watch, TimeProvider time)
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
            return (_isHeld && await RenewAsync(session, cancellationToken).ConfigureAwait(false))
                || await TakeAsync(session, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Renews the lease if this process has it: a long request must not outlast it.</summary>
    public async ValueTask RenewIfHeldAsync(OutboxSession session, CancellationToken cancellationToken)
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
    public async ValueTask ReleaseAsync(OutboxSession session, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isHeld)
            {
                _isHeld = false;
                await session.ExecuteAsync(session.Sql.Nodes.ReleaseLease, cancellationToken, owner.Id, _fence).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async ValueTask<bool> RenewAsync(OutboxSession session, CancellationToken cancellationToken)
    {
        // The time before the statement: another process may see its effect at any moment after that.
        var now = time.GetTimestamp();
        _isHeld = await session.ExecuteAsync(session.Sql.Nodes.RenewLease, cancellationToken, owner.Id, _fence).ConfigureAwait(false) == 1;
        _renewedAt = now;
        return _isHeld;
    }

    private async ValueTask<bool> TakeAsync(OutboxSession session, CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        if (await FindAsync(session, cancellationToken).ConfigureAwait(false) is not { } seen)
        {
            await session.ExecuteAsync(session.Sql.Nodes.Insert, cancellationToken, NodeSql.Lease, NodeSql.Nobody, 0L).ConfigureAwait(false);
            seen = new NodeState(NodeSql.Lease, NodeSql.Nobody, 0, 1);
        }

        if (seen.Owner != NodeSql.Nobody && !watch.StandsStill(seen, leaseTime.Lease))
        {
            return false;
        }

        _isHeld = await session.ExecuteAsync(session.Sql.Nodes.TakeLease, cancellationToken, owner.Id, seen.Fence, seen.Beat).ConfigureAwait(false) == 1;
        _renewedAt = now;
        if (_isHeld)
        {
            Volatile.Write(ref _fence, seen.Fence + 1);
        }

        return _isHeld;
    }

    private static async ValueTask<NodeState?> FindAsync(OutboxSession session, CancellationToken cancellationToken)
    {
        var nodes = await session.ReadNodesAsync(cancellationToken).ConfigureAwait(false);
        return nodes.Where(node => node.Id == NodeSql.Lease).Select(node => (NodeState?)node).FirstOrDefault();
    }
}
