namespace Intilery.AspNetCore.Scopes;

/// <summary>Composes the facts of a scope and commits them to the outbox.</summary>
internal interface IScopeCommitter
{
    /// <summary>
    /// Writes an intent for a committed fact, so that the fact survives a process that ends before the scope commits. Never waits and never
    /// throws. Returns the id of the intent, or <see langword="null"/> where events are not stored.
    /// </summary>
    long? Announce(ScopeContext scope, CapturedFact fact);

    /// <summary>Completes when the announced intents are stored, or when the commit time-out has passed and they wait in memory.</summary>
    ValueTask StoreAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Turns the facts of a scope, in order, into events and writes them to the outbox. Completes when they are recorded, or when
    /// the commit time-out has passed and they wait in memory.
    /// </summary>
    ValueTask CommitAsync(ScopeContext scope, IReadOnlyList<ScopeFact> facts, CancellationToken cancellationToken);

    /// <summary>Does the same without waiting for the outbox: for work that has a transaction open, which may block the outbox.</summary>
    void Commit(ScopeContext scope, IReadOnlyList<ScopeFact> facts);

    /// <summary>
    /// Confirms the facts whose intents are visible in the outbox, because their transactions have committed. Never throws.
    /// </summary>
    ValueTask ConfirmStoredAsync(IReadOnlyList<ScopeFact> facts, CancellationToken cancellationToken);
}
