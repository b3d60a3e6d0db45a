namespace Intilery.AspNetCore.Compose;

/// <summary>
/// The order of a scope: as it happened, but each user's own messages in the order that a reader of that user's history needs
/// (identify, Signed Up, ... Signed In, the rest, ... Signed Out). A user's messages only trade places among themselves.
/// </summary>
internal static class DraftOrder
{
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(1);

    public static IReadOnlyList<Draft> Arrange(IReadOnlyList<Draft> drafts)
    {
        var arranged = new Draft[drafts.Count];
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

    // The times stay where they were; the messages moved. Milliseconds are all that the API keeps, so ties are broken by one.
    private static Draft[] Date(Draft[] arranged, IReadOnlyList<Draft> drafts)
    {
        var previous = DateTimeOffset.MinValue;
        for (var i = 0; i < arranged.Length; i++)
        {
            var at = Truncate(drafts[i].Source.Fact.At);
            if (at <= previous)
            {
                at = previous + _tick;
            }

            // When an event happened that the application dates itself, only the application knows.
            if (arranged[i].Message.Timestamp is null)
            {
                arranged[i] = arranged[i] with { Message = arranged[i].Message with { Timestamp = at } };
                previous = at;
            }
        }

        return arranged;
    }

    private static DateTimeOffset Truncate(DateTimeOffset value) =>
        new(value.UtcTicks - (value.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
}
