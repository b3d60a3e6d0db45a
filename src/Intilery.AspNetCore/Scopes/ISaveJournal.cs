using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Scopes;

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
    ValueTask WriteAsync(IReadOnlyList<ScopeFact> facts, DbContext context, DbTransaction? transaction, CancellationToken cancellationToken);
}
