using System.Collections.Concurrent;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>
/// The intents that this process has written into the application's transactions, and who is going to settle them. A transaction
/// that is committed behind EF Core's back after its request is over leaves an intent that nobody holds any more.
/// </summary>
internal sealed class LiveIntents
{
    private readonly ConcurrentDictionary<long, WeakReference> _holders = new();

    public void Add(long id, object holder) => _holders[id] = new WeakReference(holder);

    /// <summary>Returns those of this process's stored intents whose holder is gone, and forgets what needs no remembering.</summary>
    public IReadOnlySet<long> Abandoned(IReadOnlySet<long> stored)
    {
        var gone = _holders.Where(pair => !pair.Value.IsAlive).Select(pair => pair.Key).ToHashSet();
        foreach (var id in gone.Where(id => !stored.Contains(id)))
        {
            _holders.TryRemove(id, out _);
        }

        gone.IntersectWith(stored);
        return gone;
    }
}
