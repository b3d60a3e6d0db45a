namespace Intilery.AspNetCore.Outbox;

/// <summary>The store has no room for what was to be written; delivery makes some.</summary>
internal sealed class OutboxFullException(string message, Exception cause) : IOException(message, cause);
