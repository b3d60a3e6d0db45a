using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Enrich.Happenings;

/// <summary>A change of a user's profile was committed.</summary>
internal sealed record ProfileChanged : Happening
{
    /// <summary>Gets the profile after the change.</summary>
    public required Profile Profile { get; init; }
}
