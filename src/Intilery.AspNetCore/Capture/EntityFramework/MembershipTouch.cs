using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>A row of a source that a save adds, changes or deletes.</summary>
/// <param name="Source">The source.</param>
/// <param name="Entry">The row.</param>
/// <param name="Before">What it says in the database.</param>
internal sealed record MembershipTouch(MembershipSource Source, EntityEntry Entry, Membership? Before)
{
    /// <summary>Returns what it says after the save.</summary>
    public Membership? After() => EntityWatch.IsGone(Entry) ? null : Source.Read(Entry.CurrentValues);

    public bool Says(PropertyValues? row, Membership membership) => row is not null && Source.Read(row) == membership;
}
