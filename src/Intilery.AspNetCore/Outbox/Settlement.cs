namespace Intilery.AspNetCore.Outbox;

/// <summary>The end of a scope, in one transaction: delete its intents, insert the rows of those that were still there.</summary>
internal sealed record Settlement(IReadOnlyList<long> Intents, IReadOnlyList<OutboxRow> Rows);
