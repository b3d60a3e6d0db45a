using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Delivery;

/// <summary>
/// The events that were rejected one after the other, without one acceptance among them. Many of them may be bad events; it may
/// also be that the API rejects whatever it is sent. Another accepted event decides it.
/// </summary>
internal sealed class RejectionStreak
{
    /// <summary>How many rejections in a row are doubted.</summary>
    public const int Doubted = 20;

    /// <summary>How many rejections in a row are put down to the events at most; behind them something must be accepted.</summary>
    public const int Longest = 200;

    private const int MaxProbes = 10;

    // Where more are rejected, the fault is more likely the set-up's than theirs.
    private const int MaxSuspects = 5;

    // One bad feature for many people: what they had is judged anew then, which costs a pause.
    private const int MaxKnown = 1000;

    private readonly List<OutboxRow> _rows = [];
    private readonly HashSet<string> _suspects = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public bool IsDoubtful => _rows.Count >= Doubted;

    public IReadOnlyList<long> Ids => [.. _rows.Select(row => row.Id)];

    /// <summary>Notes a rejection. One of a user who is known for bad events casts no doubt on the others'.</summary>
    public void Add(OutboxRow row)
    {
        if (row.UserId is not { } user || !_known.Contains(user))
        {
            _rows.Add(row);
        }
    }

    /// <summary>
    /// Ends the streak with an acceptance. While the API accepts others' events, a few users whose events it has rejected in a row are
    /// known for bad ones, until one of theirs is accepted.
    /// </summary>
    public void End(IReadOnlyList<OutboxRow> accepted)
    {
        if (IsDoubtful)
        {
            Suspect();
        }

        _rows.Clear();
        if (_suspects.Count == 0 && _known.Count == 0)
        {
            return;
        }

        foreach (var user in accepted.Select(row => row.UserId).OfType<string>())
        {
            _suspects.Remove(user);
            _known.Remove(user);
        }

        if (_known.Count + _suspects.Count > MaxKnown)
        {
            _known.Clear();
        }

        _known.UnionWith(_suspects);
        _suspects.Clear();
    }

    /// <summary>Ends the streak without an answer: its rows are put back. The next acceptance of another user's event decides.</summary>
    public void PutBack()
    {
        Suspect();
        _rows.Clear();
    }

    /// <summary>
    /// Returns the rows that may decide it: of users who have no event in the streak, each user's first, so that no user's order
    /// changes. The next one, then ever further ones, then the last: bad events come in groups.
    /// </summary>
    public IReadOnlyList<OutboxRow> Probes(IReadOnlyList<OutboxRow> waiting)
    {
        var doubted = _rows.Select(row => row.UserId).ToHashSet();
        var others = waiting.Where(row => !doubted.Contains(row.UserId)).DistinctBy(row => row.UserId).ToList();
        var probes = new List<OutboxRow>(MaxProbes);
        for (var place = 0; place < others.Count && probes.Count < MaxProbes - 1; place = (place * 2) + 1)
        {
            probes.Add(others[place]);
        }

        if (others.Count > 0 && probes[^1] != others[^1])
        {
            probes.Add(others[^1]);
        }

        return probes;
    }

    private void Suspect()
    {
        _suspects.Clear();
        var users = _rows.Select(row => row.UserId).ToHashSet(StringComparer.Ordinal);
        if (users.Count <= MaxSuspects && !users.Contains(null))
        {
            _suspects.UnionWith(users!);
        }
    }
}
