using Intilery.AspNetCore.Enrich.Happenings;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.Identity;

/// <summary>A change that was saved, and the entity by whose key it can be looked up again after a rollback to a savepoint.</summary>
/// <param name="Entry">The tracked entity.</param>
/// <param name="Happening">What it means.</param>
/// <param name="Scope">The scope that it happened in.</param>
internal sealed record SavedChange(EntityEntry Entry, Happening Happening, CaptureScope Scope)
{
    /// <summary>Gets the intent that was written in the change's own transaction, if any.</summary>
    public long? IntentId { get; init; }

    /// <summary>Gets the entry that waits in the scope for the transaction's end, if any.</summary>
    public ScopeEntry? Waiting { get; init; }
}
