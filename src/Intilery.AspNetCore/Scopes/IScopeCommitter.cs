namespace Intilery.AspNetCore.Scopes;

/// <summary>Takes what happened in a scope on to the outbox.</summary>
internal interface IScopeCommitter
{
    /// <summary>
    /// Writes an intent for a committed fact, which survives the process if that ends before the scope commits. Never waits and never throws.
    /// Returns the id of the intent, or <see langword="null"/> where nothing is kept.
    /// </summary>
    long? Announce(ScopeContext scope, CapturedFact fact);

    /// <summary>Completes when the announced intents are stored, or when the commit time-out has passed and they wait in memory.</summary>
    ValueTask StoreAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Turns the facts of a scope, in order, into events and hands them to the outbox. Completes when they are recorded, or when the
    /// commit time-out has passed and they wait in memory.
    /// </summary>
    ValueTask CommitAsync(ScopeContext scope, IReadOnlyList<ScopeFact> facts, CancellationToken cancellationToken);

    /// <summary>Does the same without waiting for the outbox: for work whose own open transaction may be what the outbox waits for.</summary>
    void Commit(ScopeContext scope, IReadOnlyList<ScopeFact> facts);

    /// <summary>Confirms those facts whose intents are stored: the transactions that they were written in have committed. Never throws.</summary>
    ValueTask ConfirmStoredAsync(IReadOnlyList<ScopeFact> facts, CancellationToken cancellationToken);
}
