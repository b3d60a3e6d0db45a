namespace Intilery.AspNetCore.Outbox;

/// <summary>How long requests wait, and how many writes memory may hold.</summary>
internal sealed record OutboxWriterSettings(TimeSpan CommitTimeout, int Capacity);
