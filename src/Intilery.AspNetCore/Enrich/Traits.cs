using Intilery.AspNetCore.Enrich.Happenings;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Enrich;

/// <summary>What a happening tells of its user's profile.</summary>
internal static class Traits
{
    public static Profile? Of(Happening happening) => happening switch
    {
        UserCreated created => created.Profile,
        UserConfirmed confirmed => confirmed.Profile,
        ProfileChanged changed => changed.Profile,
        SignInSucceeded signIn => signIn.Profile,
        _ => null,
    };

    /// <summary>Whether a happening is a reason to tell of its user at all: one who has not signed up yet is nobody's business.</summary>
    public static bool AreTold(Happening happening) => Of(happening) is not null && happening is not UserCreated { AwaitsConfirmation: true };

    /// <summary>Returns what all of a user's happenings tell together; the user's row knows better than a principal's claims.</summary>
    public static Profile Merge(IEnumerable<Happening> happenings) =>
        happenings.OrderBy(happening => happening is not SignInSucceeded)
            .Select(Of)
            .OfType<Profile>()
            .Aggregate(Profile.Empty, (known, told) => known.With(told));
}
