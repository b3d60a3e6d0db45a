namespace Intilery.AspNetCore.Outbox;

/// <summary>Makes less of a write that a store refuses.</summary>
internal static class SplitWrite
{
    /// <summary>
    /// Returns the parts that can be stored without one another: each row, dead letter and change of a trial by itself, but together what
    /// depends on the deletion of one intent, which is there only once.
    /// </summary>
    public static IReadOnlyList<OutboxWrite> Parts(OutboxWrite write)
    {
        if (write.Commit is not { } commit)
        {
            return [write];
        }

        var parts = new List<OutboxCommit>();
        var places = new Dictionary<long, int>();
        var intents = commit.Intents.ToHashSet();
        foreach (var row in commit.Rows)
        {
            Add(row.IntentId, part => part with { Rows = [.. part.Rows, row] });
        }

        foreach (var letter in commit.DeadLetters)
        {
            Add(letter.Row.IntentId, part => part with { DeadLetters = [.. part.DeadLetters, letter] });
        }

        foreach (var change in commit.Trials)
        {
            Add(change.IntentId, part => part with { Trials = [.. part.Trials, change] });
        }

        if (commit.Intents.Where(intent => !places.ContainsKey(intent)).ToList() is { Count: > 0 } others)
        {
            parts.Add(new OutboxCommit(others, []));
        }

        return [.. parts.Select(part => new OutboxWrite(null, part))];

        void Add(long? intent, Func<OutboxCommit, OutboxCommit> add)
        {
            if (intent is { } known && places.TryGetValue(known, out var place))
            {
                parts[place] = add(parts[place]);
                return;
            }

            if (intent is { } id)
            {
                places.Add(id, parts.Count);
            }

            parts.Add(add(new OutboxCommit(intent is { } own && intents.Contains(own) ? [own] : [], [])));
        }
    }

    /// <summary>Returns the commit with rows of it as dead letters: each by itself, then all.</summary>
    public static IEnumerable<OutboxCommit> WithDeadLetters(OutboxCommit commit, string reason, DateTimeOffset at)
    {
        for (var i = 0; i < commit.Rows.Count && commit.Rows.Count > 1; i++)
        {
            yield return With([commit.Rows[i]]);
        }

        yield return With(commit.Rows);

        OutboxCommit With(IReadOnlyList<OutboxRow> rows) => commit with
        {
            Rows = [.. commit.Rows.Except(rows)],
            DeadLetters = [.. commit.DeadLetters, .. rows.Select(row => new DeadLetter(row, reason, at))],
        };
    }
}
