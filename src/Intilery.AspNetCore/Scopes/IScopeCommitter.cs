using System.Data.Common;
using Microsoft.EntityFrameworkCore;

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
    /// Gets a value indicating whether the end of a transaction may be missed, so that <see cref="ConfirmStoredAsync"/> is needed.
    /// </summary>
    bool MayMissEnds => false;

    /// <summary>
    /// Confirms the facts whose intents are visible in the outbox, because their transactions have committed. Never throws.
    /// </summary>
    ValueTask ConfirmStoredAsync(IReadOnlyList<ScopeFact> facts, CancellationToken cancellationToken);
}

/// <summary>
/// Writes intents in the transaction that saves the changes, so that intent and change commit or roll back
/// together. Never throws, and leaves the transaction unchanged when it fails.
/// </summary>
internal interface ISaveJournal
{
    /// <summary>Returns whether intents can be written in the transactions of this context.</summary>
    bool Covers(DbContext context);

    /// <summary>
    /// Writes intents for the facts of a save. A fact whose intent could not be written keeps no
    /// intent id.
    /// </summary>
    /// <param name="facts">The facts, each with its scope.</param>
    /// <param name="context">The context that saves the changes.</param>
    /// <param name="transaction">The open transaction; <see langword="null"/> if it is an ambient one.</param>
    void Write(IReadOnlyList<ScopeFact> facts, DbContext context, DbTransaction? transaction);

    /// <inheritdoc cref="Write"/>
    ValueTask WriteAsync(
        IReadOnlyList<ScopeFact> facts, DbContext context, DbTransaction? transaction, CancellationToken cancellationToken);
}
