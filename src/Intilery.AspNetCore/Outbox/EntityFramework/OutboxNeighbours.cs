using Intilery.AspNetCore.Outbox.Sql;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>Knows the other processes that share the outbox, and which of them are gone.</summary>
internal sealed class OutboxNeighbours(OutboxOwner owner, LeaseTime leaseTime, BeatWatch watch, IOpenScopes scopes)
{
    /// <summary>Looks at the others' beats, and removes the rows of those that are gone and have left nothing behind.</summary>
    public async ValueTask LookAsync(OutboxSession session, CancellationToken cancellationToken)
    {
        var nodes = await session.ReadNodesAsync(cancellationToken).ConfigureAwait(false);
        var left = nodes.Select(node => node.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var node in nodes.Where(IsGone))
        {
            // Forgotten with its row: if it was only frozen, it comes back as a new one.
            if (await session.ExecuteAsync(session.Sql.Nodes.Bury, cancellationToken, node.Id, node.Beat).ConfigureAwait(false) == 1)
            {
                left.Remove(node.Id);
            }
        }

        watch.Keep(left);
    }

    /// <summary>
    /// Returns the intents of processes that are gone: their beat stands still, or they left. An intent's age says nothing. Of
    /// this process's own, those whose scope is over although their transaction was not.
    /// </summary>
    public async ValueTask<IReadOnlyList<Intent>> OrphansAsync(OutboxSession session, CancellationToken cancellationToken)
    {
        // Intents before nodes: a process has its row before its first intent, so that a new one is never taken for gone.
        var intents = await session.ReadAsync(
            session.Sql.ReadIntents,
            reader => (Owner: reader.GetString(1), Intent: new Intent(reader.GetInt64(0), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<byte[]>(4))),
            cancellationToken).ConfigureAwait(false);
        if (intents.Count == 0)
        {
            return [];
        }

        var nodes = await session.ReadNodesAsync(cancellationToken).ConfigureAwait(false);
        var living = nodes.Where(node => !IsGone(node)).Select(node => node.Id).Append(owner.Id).ToHashSet(StringComparer.Ordinal);
        return [.. intents.Where(noted => noted.Owner == owner.Id ? !scopes.IsOpen(noted.Intent.Scope) : !living.Contains(noted.Owner)).Select(noted => noted.Intent)];
    }

    private bool IsGone(NodeState node) => node.Id != owner.Id && node.Id != NodeSql.Lease && watch.StandsStill(node, leaseTime.Lease);
}
