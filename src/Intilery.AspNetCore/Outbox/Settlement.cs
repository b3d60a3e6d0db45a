using Intilery.AspNetCore.Outbox.Trials;

namespace Intilery.AspNetCore.Outbox;

/// <summary>The end of a scope, in one transaction: delete its intents, insert the rows and dead letters of those that were still there.</summary>
internal sealed record Settlement(IReadOnlyList<long> Intents, IReadOnlyList<OutboxRow> Rows)
{
    /// <summary>Gets the events that can never be delivered; they are kept for operators.</summary>
    public IReadOnlyList<DeadLetter> DeadLetters { get; init; } = [];

    /// <summary>Gets the changes of trials that are no event of their own; made after those of the rows.</summary>
    public IReadOnlyList<TrialChange> Trials { get; init; } = [];

    /// <summary>Gets a value indicating whether it may make a trial end earlier or later.</summary>
    public bool ChangesTrials => Trials.Count > 0 || Rows.Any(row => row.Trial is not null);

    /// <summary>Gets what is called once when all of it is committed; it must neither throw nor wait.</summary>
    public Action<Settlement>? Committed { get; init; }

    /// <summary>Returns the settlement with this destination for whatever has none yet.</summary>
    public Settlement To(string? destination) => destination is null ? this : this with
    {
        Rows = [.. Rows.Select(row => Addressed(row, destination))],
        DeadLetters = [.. DeadLetters.Select(letter => letter with { Row = Addressed(letter.Row, destination) })],
        Trials = Trials.Count == 0 ? Trials : [.. Trials.Select(change => Addressed(change, destination))],
    };

    private static OutboxRow Addressed(OutboxRow row, string destination) => row.Destination.Length > 0
        ? row
        : row with { Destination = destination, Trial = row.Trial is { } change ? Addressed(change, destination) : null };

    private static TrialChange Addressed(TrialChange change, string destination) =>
        change.Trial.Destination.Length > 0 ? change : change with { Trial = change.Trial with { Destination = destination } };
}
