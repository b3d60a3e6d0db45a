using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// The stage's door for changes that can be written down in the very transaction that saves them: then the change and the note
/// of it cannot disagree. Never throws, and leaves the transaction as it was when it fails.
/// </summary>
internal interface ISaveJournal
{
    /// <summary>Whether what this context saves can be written down with it.</summary>
    bool Covers(DbContext context);

    /// <summary>
    /// Writes intents for what a save changes, which are there if and only if the transaction commits. A fact whose intent could not be written
    /// has none.
    /// </summary>
    /// <param name="facts">The facts, each of which knows its scope.</param>
    /// <param name="context">The context that saves them.</param>
    /// <param name="transaction">The open transaction; <see langword="null"/> if it is an ambient one.</param>
    void Write(IReadOnlyList<ScopeFact> facts, DbContext context, DbTransaction? transaction);

    /// <inheritdoc cref="Write"/>
    ValueTask WriteAsync(IReadOnlyList<ScopeFact> facts, DbContext context, DbTransaction? transaction, CancellationToken cancellationToken);
}
