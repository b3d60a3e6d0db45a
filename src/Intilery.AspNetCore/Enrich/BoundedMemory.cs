namespace Intilery.AspNetCore.Enrich;

/// <summary>Remembers a value per key for a while; the oldest key makes room for the newest.</summary>
internal sealed class BoundedMemory(int capacity, TimeSpan lifetime, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byAge = [];

    /// <summary>Remembers the value; returns whether the key had another one, or none that is still remembered.</summary>
    public bool IsNews(string key, string value)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var known))
            {
                if (known.Value.Value == value && time.GetElapsedTime(known.Value.At, now) < lifetime)
                {
                    return false;
                }

                _byAge.Remove(known);
            }
            else if (_entries.Count == capacity)
            {
                _entries.Remove(_byAge.First!.Value.Key);
                _byAge.RemoveFirst();
            }

            _entries[key] = _byAge.AddLast(new Entry(key, value, now));
            return true;
        }
    }

    private readonly record struct Entry(string Key, string Value, long At);
}
