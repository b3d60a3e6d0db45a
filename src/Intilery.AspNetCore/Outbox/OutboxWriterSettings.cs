namespace Intilery.AspNetCore.Outbox;

/// <summary>How long requests wait, how much memory may hold, and where rows recorded now are to go.</summary>
internal sealed record OutboxWriterSettings(TimeSpan CommitTimeout, int Capacity, Func<string> Destination);
