namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>Part of what a file holds, on its way to another.</summary>
internal sealed record OutboxContents(IReadOnlyList<Intent> Intents, IReadOnlyList<OutboxRow> Rows, IReadOnlyList<DeadLetter> DeadLetters)
{
    public bool IsEmpty => Intents.Count + Rows.Count + DeadLetters.Count == 0;
}
