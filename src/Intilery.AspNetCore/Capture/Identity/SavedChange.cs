using Intilery.AspNetCore.Enrich.Happenings;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.Identity;

/// <summary>A change that was saved, and how to look it up again after a rollback to a savepoint.</summary>
internal sealed record SavedChange(ChangeCandidate Candidate, Happening Happening)
{
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
