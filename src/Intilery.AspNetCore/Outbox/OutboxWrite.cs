namespace Intilery.AspNetCore.Outbox;

/// <summary>One thing to write: an intent or a settlement. A store writes many of them in one transaction, in their order.</summary>
internal readonly record struct OutboxWrite(Intent? Intent, OutboxCommit? Commit);
