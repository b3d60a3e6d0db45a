

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>What of an entity tells of its trial.</summary>
internal sealed record TrialMembers(MappedMember Trial, MappedMember Account, MappedMember End)
{
    public MappedMember? Start { get; init; }

    public MappedMember? Plan { get; init; }

    /// <summary>Gets what tells whether the row is a trial; <see langword="null"/> if every row with an end date is.</summary>
    public MappedMember? IsTrial { get; init; }
}
