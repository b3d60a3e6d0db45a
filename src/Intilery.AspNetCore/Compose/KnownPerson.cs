using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Compose;

/// <summary>
/// The traits of a person that identify has sent. A sign-in has fewer traits than the user's row; missing ones count as unchanged.
/// </summary>
internal sealed record KnownPerson(Profile Traits, string? GroupId, string? AnonymousId)
{
    /// <summary>Gets the custom traits, as text.</summary>
    public string? Free { get; init; }

    /// <summary>
    /// Gets a value indicating whether only a membership has identified the person: the next identify is sent, whatever its traits.
    /// </summary>
    public bool IsMemberAlone { get; init; }

    /// <summary>Returns the person, updated by an identify call; <see langword="null"/> if it changes nothing.</summary>
    public static KnownPerson? Learn(KnownPerson? known, KnownPerson newer)
    {
        if (known is null)
        {
            return newer;
        }

        var both = new KnownPerson(known.Traits.With(newer.Traits), newer.GroupId ?? known.GroupId, newer.AnonymousId ?? known.AnonymousId)
        {
            Free = newer.Free ?? known.Free,
        };
        return both == known ? null : both;
    }
}
