namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>A row of the table of nodes, as it was read.</summary>
internal readonly record struct NodeState(string Id, string Owner, long Fence, long Beat, string Name);

/// <summary>
/// Finds processes that are gone by their beats: one whose beat has stood still for the patience, on this process's own monotonic clock,
/// is. No two machines' clocks are ever compared.
/// </summary>
internal sealed class HeartbeatMonitor(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Seen> _seen = new(StringComparer.Ordinal);

    /// <summary>Looks at a row; returns whether its beat has stood still for so long.</summary>
    public bool StandsStill(NodeState node, TimeSpan patience)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            if (!_seen.TryGetValue(node.Id, out var seen) || (seen.Fence, seen.Beat) != (node.Fence, node.Beat))
            {
                _seen[node.Id] = new Seen(node.Fence, node.Beat, now);
                return false;
            }

            return time.GetElapsedTime(seen.Since, now) >= patience;
        }
    }

    /// <summary>Forgets all rows but these.</summary>
    public void Keep(IReadOnlySet<string> ids)
    {
        lock (_gate)
        {
            foreach (var id in _seen.Keys.Where(id => !ids.Contains(id)).ToList())
            {
                _seen.Remove(id);
            }
        }
    }

    private readonly record struct Seen(long Fence, long Beat, long Since);
}
