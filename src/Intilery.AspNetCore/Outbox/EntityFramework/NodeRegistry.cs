using Intilery.AspNetCore.Outbox.Sql;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>The processes that share the outbox: this one, the others, and which of them are gone.</summary>
internal sealed class NodeRegistry(LeaseTime leaseTime, HeartbeatMonitor monitor, IOpenScopes scopes)
{
    /// <summary>Gets this process's id. A restarted process is another one.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Adds this process's row if it is not there.</summary>
    public async ValueTask RegisterAsync(SqlSession session, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(session.Sql.InsertNode, cancellationToken, Id, OutboxNode.OwnName).ConfigureAwait(false);

    /// <summary>
    /// Shows the others that this process is alive, looks at their beats, and removes the rows of those that are gone and have left nothing
    /// behind.
    /// </summary>
    public async ValueTask BeatAsync(SqlSession session, CancellationToken cancellationToken)
    {
        if (await session.ExecuteAsync(session.Sql.Beat, cancellationToken, Id).ConfigureAwait(false) == 0)
        {
            await RegisterAsync(session, cancellationToken).ConfigureAwait(false);
        }

        var nodes = await ReadAsync(session, cancellationToken).ConfigureAwait(false);
        var left = nodes.Select(node => node.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var node in nodes.Where(IsGone))
        {
            if (await RemoveDeadNodeAsync(session, node, cancellationToken).ConfigureAwait(false))
            {
                left.Remove(node.Id);
            }
        }

        monitor.Keep(left);
    }

    /// <summary>
    /// Returns the intents of processes that are gone: their beat stands still, or they left. An intent's age proves nothing. Of
    /// this process's own, those whose scope is over although their transaction was not.
    /// </summary>
    public async ValueTask<IReadOnlyList<Intent>> ReadOrphansAsync(SqlOutbox outbox, CancellationToken cancellationToken)
    {
        // Intents before nodes: a process has its row before its first intent, so that a new one is never taken for gone.
        var intents = await outbox.ReadIntentsAsync(cancellationToken).ConfigureAwait(false);
        if (intents.Count == 0)
        {
            return [];
        }

        var nodes = await ReadAsync(outbox.Session, cancellationToken).ConfigureAwait(false);
        var living = nodes.Where(node => !IsGone(node)).Select(node => node.Id).ToHashSet(StringComparer.Ordinal);
        return [.. intents.Where(stored => stored.Owner == Id ? !scopes.IsOpen(stored.Intent.Scope) : !living.Contains(stored.Owner)).Select(stored => stored.Intent)];
    }

    /// <summary>Returns the processes, for status and page.</summary>
    public async ValueTask<IReadOnlyList<OutboxNode>> DescribeAsync(SqlSession session, CancellationToken cancellationToken)
    {
        var rows = await ReadAsync(session, cancellationToken).ConfigureAwait(false);
        var holder = rows.Where(row => row.Id == OutboxSql.Lease).Select(row => row.Owner).FirstOrDefault();
        return [.. rows
            .Where(row => row.Id != OutboxSql.Lease)
            .Select(row => new OutboxNode(row.Name, row.Id == Id, row.Id == holder, IsGone(row)))
            .OrderByDescending(node => node.HoldsLease)
            .ThenBy(node => node.Name, StringComparer.Ordinal)];
    }

    /// <summary>Returns all rows, the lease's too.</summary>
    public static async ValueTask<IReadOnlyList<NodeState>> ReadAsync(SqlSession session, CancellationToken cancellationToken) => await session.ReadAsync(
        session.Sql.ReadNodes,
        reader => new NodeState(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetString(4)),
        cancellationToken).ConfigureAwait(false);

    private bool IsGone(NodeState node) => node.Id != Id && node.Id != OutboxSql.Lease && monitor.StandsStill(node, leaseTime.Lease);

    // If it was only frozen, it registers anew.
    private static async ValueTask<bool> RemoveDeadNodeAsync(SqlSession session, NodeState node, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(session.Sql.DeleteDeadNode, cancellationToken, node.Id, node.Beat).ConfigureAwait(false) == 1;
}
