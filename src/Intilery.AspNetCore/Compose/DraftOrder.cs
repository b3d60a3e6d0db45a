using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>A message in the making: whose it is, when it happened, and where it stands among that user's own.</summary>
internal sealed record Draft(ScopeFact Source, Message Message)
{
    /// <summary>
    /// Gets the user; for an event without a user the browser's anonymous id, and empty where only the schedule of trials has one.
    /// </summary>
    public string UserId => Message.UserId ?? Message.AnonymousId ?? string.Empty;

    /// <summary>Gets where it stands among its user's own: identify first, then as the events are defined.</summary>
    public int Rank => Message.Event is { } track ? track.Definition?.Rank ?? EventDefinition.OrdinaryRank : 0;
}

/// <summary>
/// The order of a scope: as it happened, but each user's own messages in the order that a reader of that user's history needs
/// (identify, Signed Up, ... Signed In, the rest, ... Signed Out). A user's messages only trade places among themselves.
/// </summary>
internal static class DraftOrder
{
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan _lead = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _leadOfUser = TimeSpan.FromMilliseconds(50);

    public static IReadOnlyList<Draft> Arrange(IReadOnlyList<Draft> drafts)
    {
        Draft[] arranged = [.. drafts];
        if (arranged.Length < 2)
        {
            return Date(arranged, drafts);
        }

        foreach (var places in Enumerable.Range(0, drafts.Count).GroupBy(i => drafts[i].UserId, StringComparer.Ordinal))
        {
            var ranked = places.Select(i => drafts[i]).OrderBy(draft => draft.Rank);
            foreach (var (place, draft) in places.Zip(ranked))
            {
                arranged[place] = draft;
            }
        }

        return Date(arranged, drafts);
    }

    // The times stay where they were; the messages moved. Milliseconds are all that the API keeps, so ties are broken by one: between all
    // while they are few, then between each user's own. No event of an import is dated further ahead of what has happened than the two
    // leads.
    private static Draft[] Date(Draft[] arranged, IReadOnlyList<Draft> drafts)
    {
        var latest = DateTimeOffset.MinValue;
        var previous = DateTimeOffset.MinValue;
        var previousOfUser = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        for (var i = 0; i < arranged.Length; i++)
        {
            // When an event happened that the application dates itself, only the application knows.
            if (arranged[i].Message.Timestamp is not null)
            {
                continue;
            }

            var own = Truncate(drafts[i].Source.Fact.At);
            latest = own > latest ? own : latest;
            var at = own > previous ? own : Earlier(previous + _tick, latest + _lead);
            previous = at > previous ? at : previous;
            if (arranged.Length > 1)
            {
                if (previousOfUser.TryGetValue(arranged[i].UserId, out var before) && at <= before)
                {
                    at = Earlier(before + _tick, latest + _lead + _leadOfUser);
                }

                previousOfUser[arranged[i].UserId] = at;
            }

            arranged[i] = arranged[i] with { Message = arranged[i].Message with { Timestamp = at } };
        }

        return arranged;
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Truncate(DateTimeOffset value) =>
        new(value.UtcTicks - (value.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
}
