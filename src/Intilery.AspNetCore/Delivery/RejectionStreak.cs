
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

    private readonly List<OutboxRow> _rows = [];

    public bool IsDoubtful => _rows.Count >= Doubted;

    public IReadOnlyList<long> Ids => [.. _rows.Select(row => row.Id)];

    public void Add(OutboxRow row) => _rows.Add(row);

    public void End() => _rows.Clear();

    /// <summary>
    /// Returns the rows that may decide it: of users who have no event in the streak, each user's first, so that nobody's order
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
}
