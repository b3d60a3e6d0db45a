namespace Intilery.AspNetCore.Outbox;

/// <summary>The end of a scope, in one transaction: delete its intents, insert the rows and dead letters of those that were still there.</summary>
internal sealed record Settlement(IReadOnlyList<long> Intents, IReadOnlyList<OutboxRow> Rows)
{
    /// <summary>Gets the events that can never be delivered; they are kept for operators.</summary>
    public IReadOnlyList<DeadLetter> DeadLetters { get; init; } = [];

    /// <summary>Gets what is called once when all of it is committed; it must neither throw nor wait.</summary>
    public Action<Settlement>? Committed { get; init; }

    /// <summary>Returns the settlement with this destination for whatever has none yet.</summary>
    public Settlement To(string? destination) => destination is null ? this : this with
    {
        Rows = [.. Rows.Select(row => Addressed(row, destination))],
        DeadLetters = [.. DeadLetters.Select(letter => letter with { Row = Addressed(letter.Row, destination) })],
    };

    private static OutboxRow Addressed(OutboxRow row, string destination) => row.Destination.Length > 0 ? row : row with { Destination = destination };
}
