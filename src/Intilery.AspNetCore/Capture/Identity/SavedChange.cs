using Intilery.AspNetCore.Enrich.Happenings;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.Identity;

/// <summary>A change that was saved, and how to look it up again after a rollback to a savepoint.</summary>
/// <param name="Candidate">What was about to be saved.</param>
/// <param name="Happening">What it means.</param>
/// <param name="Scope">The scope that it happened in.</param>
internal sealed record SavedChange(ChangeCandidate Candidate, Happening Happening, CaptureScope Scope)
{
    /// <summary>Gets the intent that was written in the change's own transaction, if any.</summary>
    public long? IntentId { get; init; }

    /// <summary>Gets the entry that waits in the scope for the transaction's end, if any.</summary>
    public ScopeEntry? Waiting { get; init; }

    /// <summary>Takes a change that was undone out of its scope.</summary>
    public void Withdraw()
    {
        if (Waiting is not null)
        {
            Scope.Remove(Waiting);
        }
    }

    /// <summary>Whether the row, <see langword="null"/> if it is gone, still says what was saved.</summary>
    public bool IsIn(PropertyValues? row) => (Happening, row is null ? null : Candidate.Read(row)) switch
    {
        (_, null) => false,
        (ProfileChanged saved, ProfileChanged now) => saved.Profile == now.Profile,
        (TenantJoined saved, TenantJoined now) => saved.GroupId == now.GroupId,

        // A user may have been changed since it was made, in the same transaction.
        _ => true,
    };
}
