using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox.Memory;

/// <summary>
/// The schedule in memory: trials whose end comes after the process's own are forgotten. Where it is full, that is where it forgets
/// first: of those that have ended the one that did so first, and where all are open the one that ends last.
/// </summary>
/// <param name="capacity">How many trials it holds, open ones and tombstones.</param>
/// <param name="diagnostics">Reports that it is full; <see langword="null"/> for no report.</param>
internal sealed class MemoryTrials(int capacity, LifecycleDiagnostics? diagnostics = null) : ITrialSchedule
{
    /// <summary>How many trials it holds in an application.</summary>
    public const int DefaultCapacity = 10_000;

    // Of its own, under the store's: that changes trials, the clock only reads them.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Trial> _trials = new(StringComparer.Ordinal);

    public ValueTask<DateTimeOffset?> GetSharedTimeAsync(CancellationToken cancellationToken) => new((DateTimeOffset?)null);

    public ValueTask<IReadOnlyList<Trial>> ReadNextAsync(int maxCount, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new([.. _trials.Values
                .Where(trial => trial.Due != Trial.Never)
                .OrderBy(trial => trial.Due).ThenBy(trial => trial.Key, StringComparer.Ordinal)
                .Take(maxCount)]);
        }
    }

    public ValueTask<int> PurgeEndedAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(_trials.Values.Where(trial => trial.EndedAt < before).Select(trial => trial.Key).ToList().Count(_trials.Remove));
        }
    }

    /// <summary>Makes a row's change, if it has one. Returns the row to insert, if any.</summary>
    public OutboxRow? Admit(OutboxRow row) =>
        row.Trial is not { } change ? row : Apply(change, out var before) ? TrialRules.RowOf(row, before) : null;

    /// <summary>Makes a change. Returns whether it is an event.</summary>
    public bool Apply(TrialChange change, out Trial? before)
    {
        lock (_gate)
        {
            before = _trials.GetValueOrDefault(change.Trial.Key);
            if (TrialRules.IsAmongThoseOfAccount(change, before))
            {
                before = TrialRules.Meant(change, before, _trials.Values.Where(trial => trial.GroupId == change.Trial.GroupId));
            }

            var verdict = TrialRules.Decide(before, change);
            if (verdict.Next is { } next && (_trials.ContainsKey(next.Key) || HasRoomFor(next)))
            {
                _trials[next.Key] = next;
            }

            return verdict.IsEvent;
        }
    }

    /// <summary>Returns how many open trials are to end at which destination.</summary>
    public IReadOnlyDictionary<string, int> OpenByDestination()
    {
        lock (_gate)
        {
            return _trials.Values.Where(trial => trial.IsOpen).CountBy(trial => trial.Destination).ToDictionary(StringComparer.Ordinal);
        }
    }

    /// <summary>Changes the open trials of a destination, or forgets them.</summary>
    public void ChangeOpen(string destination, Func<Trial, Trial?> change)
    {
        lock (_gate)
        {
            foreach (var trial in _trials.Values.Where(trial => trial.IsOpen && trial.Destination == destination).ToList())
            {
                _trials.Remove(trial.Key);
                if (change(trial) is { } changed)
                {
                    _trials.Add(changed.Key, changed);
                }
            }
        }
    }

    /// <summary>Returns the trials that a person started.</summary>
    public IReadOnlyList<Trial> OfUser(string userId)
    {
        lock (_gate)
        {
            return [.. _trials.Values.Where(trial => trial.UserId == userId).OrderBy(trial => trial.Key, StringComparer.Ordinal)];
        }
    }

    /// <summary>Erases a person.</summary>
    public int PurgeUser(string userId)
    {
        lock (_gate)
        {
            var all = _trials.Values.ToList();
            var own = all.FindAll(trial => trial.GroupId is null && trial.UserId == userId);
            var others = all.Except(own).Where(trial => trial.UserId == userId).ToList();
            own.ForEach(trial => _trials.Remove(trial.Key));
            others.ForEach(trial => _trials[trial.Key] = trial with { UserId = null, Version = trial.Version + 1 });
            return own.Count + others.Count;
        }
    }

    private bool HasRoomFor(Trial next)
    {
        if (_trials.Count < capacity)
        {
            return true;
        }

        if (diagnostics?.ShouldLog(nameof(MemoryTrials), out var unlogged) == true)
        {
            diagnostics.Log.TrialsForgotten(capacity, unlogged);
        }

        var least = _trials.Values.Append(next).MinBy(trial => (trial.IsOpen, trial.IsOpen ? -trial.Due : trial.EndedAt!.Value.UtcTicks))!;
        _trials.Remove(least.Key);
        return least != next;
    }
}
