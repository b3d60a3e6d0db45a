
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Compose;

/// <summary>What identify has told of a person. A sign-in knows less of them than their row; what it does not say has not changed.</summary>
internal sealed record KnownPerson(Profile Traits, string? GroupId, string? AnonymousId)
{
    /// <summary>Gets the traits that the application told beside the profile, as text.</summary>
    public string? Free { get; init; }

    /// <summary>Gets a value indicating whether a membership alone has identified the person: the next that is told of them is new, whatever it says.</summary>
    public bool IsMemberAlone { get; init; }

    /// <summary>Returns what is known after hearing this, or <see langword="null"/> if it is nothing new.</summary>
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
