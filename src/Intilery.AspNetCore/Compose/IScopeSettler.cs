
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>The stage's door: capture hands over what happened, and goes on with the request.</summary>
internal interface IScopeSettler
{
    /// <summary>
    /// Writes a committed change down before the scope's end says what it means. Never waits and never throws.
    /// Returns the id of the intent, or <see langword="null"/> where nothing is kept.
    /// </summary>
    long? Announce(ScopeContext scope, CapturedFact fact);

    /// <summary>
    /// Turns what happened in a scope, in order, into events and hands them to the outbox. Completes when they are recorded, or
    /// when the commit time-out has passed and they wait in memory.
    /// </summary>
    ValueTask SettleAsync(ScopeContext scope, IReadOnlyList<NotedFact> facts, CancellationToken cancellationToken);

    /// <summary>
    /// Does the same without waiting for the outbox: for a request whose own open transaction may be what the outbox waits for.
    /// </summary>
    void Settle(ScopeContext scope, IReadOnlyList<NotedFact> facts);
}
