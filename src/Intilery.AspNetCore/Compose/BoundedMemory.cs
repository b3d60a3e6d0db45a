namespace Intilery.AspNetCore.Compose;

/// <summary>Remembers a value per key for a while; the oldest key makes room for the newest.</summary>
/// <typeparam name="T">What is remembered.</typeparam>
internal sealed class BoundedMemory<T>(int capacity, TimeSpan lifetime, TimeProvider time)
    where T : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byAge = [];

    /// <summary>
    /// Shows what is remembered of a key, or <see langword="null"/>, and remembers what is made of it. Returns <see langword="false"/>,
    /// and leaves the memory as it is, if nothing is.
    /// </summary>
    public bool Learn(string key, Func<T?, T?> learn)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            var node = _entries.GetValueOrDefault(key);
            if (learn(Current(node, now)) is not { } learned)
            {
                return false;
            }

            if (node is not null)
            {
                _byAge.Remove(node);
            }
            else if (_entries.Count == capacity)
            {
                _entries.Remove(_byAge.First!.Value.Key);
                _byAge.RemoveFirst();
            }

            _entries[key] = _byAge.AddLast(new Entry(key, learned, now));
            return true;
        }
    }

    /// <summary>Whether something is remembered of a key.</summary>
    public bool Knows(string key)
    {
        lock (_gate)
        {
            return Current(_entries.GetValueOrDefault(key), time.GetTimestamp()) is not null;
        }
    }

    public void Forget(string key)
    {
        lock (_gate)
        {
            if (_entries.Remove(key, out var node))
            {
                _byAge.Remove(node);
            }
        }
    }

    private T? Current(LinkedListNode<Entry>? node, long now) =>
        node is not null && time.GetElapsedTime(node.Value.At, now) < lifetime ? node.Value.Value : null;

    private readonly record struct Entry(string Key, T Value, long At);
}
