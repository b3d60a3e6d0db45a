
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>Part of what a file holds, on its way to another.</summary>
internal sealed record OutboxContents(IReadOnlyList<Intent> Intents, IReadOnlyList<OutboxRow> Rows, IReadOnlyList<DeadLetter> DeadLetters)
{
    public IReadOnlyList<Trial> Trials { get; init; } = [];

    public bool IsEmpty => Intents.Count + Rows.Count + DeadLetters.Count + Trials.Count == 0;
}
