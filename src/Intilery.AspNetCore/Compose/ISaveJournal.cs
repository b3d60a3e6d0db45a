using System.Data.Common;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Compose;

/// <summary>
/// The stage's door for changes that can be written down in the very transaction that saves them: then the change and the note
/// of it cannot disagree. Never throws, and leaves the transaction as it was when it fails.
/// </summary>
internal interface ISaveJournal
{
    /// <summary>Whether what this context saves can be written down with it.</summary>
    bool Covers(DbContext context);

    /// <summary>
    /// Writes a change down. Returns the id of the intent, which is there if and only if the transaction commits, or
    /// <see langword="null"/> if it could not be written.
    /// </summary>
    /// <param name="scope">The capture scope; the intent counts as under way for as long as somebody holds this object.</param>
    /// <param name="fact">The change.</param>
    /// <param name="context">The context that saves it.</param>
    /// <param name="transaction">The open transaction; <see langword="null"/> if it is an ambient one.</param>
    long? Write(ScopeContext scope, CapturedFact fact, DbContext context, DbTransaction? transaction);

    /// <inheritdoc cref="Write"/>
    ValueTask<long?> WriteAsync(ScopeContext scope, CapturedFact fact, DbContext context, DbTransaction? transaction, CancellationToken cancellationToken);
}
