using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Outbox;

/// <summary>An outbox in the application's own database, which can take an intent within the application's own transaction.</summary>
internal interface ITransactionalOutbox
{
    /// <summary>Whether the context saves into the database that the outbox is in, and the outbox is known to work.</summary>
    bool Covers(DbContext context);

    /// <summary>
    /// Inserts intents in the transaction, or in the ambient one. Returns the ids of those that it could insert; does not throw.
    /// </summary>
    /// <param name="intents">The intents.</param>
    /// <param name="context">The context whose transaction it is.</param>
    /// <param name="transaction">The transaction; <see langword="null"/> for the ambient one.</param>
    IReadOnlySet<long> Append(IReadOnlyList<Intent> intents, DbContext context, DbTransaction? transaction);

    /// <inheritdoc cref="Append"/>
    ValueTask<IReadOnlySet<long>> AppendAsync(
        IReadOnlyList<Intent> intents, DbContext context, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>Gets a value indicating whether an intent that was appended may be committed without this process having seen it.</summary>
    bool MayMissEnds { get; }

    /// <summary>Returns those of the intents that are stored: their transactions have committed.</summary>
    ValueTask<IReadOnlySet<long>> FindAsync(IReadOnlyList<long> intents, CancellationToken cancellationToken);
}

/// <summary>Knows the scopes of this process that are going to commit their intents.</summary>
internal interface IOpenScopes
{
    bool IsOpen(string scope);
}
