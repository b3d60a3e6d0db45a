using System.Text.Json;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>The traits of a fact's user.</summary>
internal static class Traits
{
    public static Profile? Of(CapturedFact fact) => fact switch
    {
        UserCreated created => created.Profile,
        UserConfirmed confirmed => confirmed.Profile,
        ProfileChanged changed => changed.Profile,
        SignInSucceeded signIn => signIn.Profile,
        UserIdentified identified => identified.Profile,
        EventTracked { UserId.Length: > 0, Event: SignedUp { Profile: { Members: not ProfileMembers.None } profile } } => profile,
        _ => null,
    };

    /// <summary>Merges the traits of all of a user's facts; the user's row takes precedence over a principal's claims.</summary>
    public static Profile Merge(IEnumerable<CapturedFact> facts) =>
        facts.OrderBy(fact => fact is not SignInSucceeded)
            .Select(Of)
            .OfType<Profile>()
            .Aggregate(Profile.Empty, (known, newer) => known.With(newer));

    /// <summary>
    /// Returns the custom traits that the application has tracked, the last value of each; <see langword="null"/> if none.
    /// </summary>
    public static IReadOnlyDictionary<string, object?>? Free(IEnumerable<CapturedFact> facts, Profile known)
    {
        SortedDictionary<string, object?>? free = null;
        foreach (var (name, value) in facts.OfType<UserIdentified>()
            .SelectMany(identified => identified.Traits)
            .Where(trait => known.Reserved(trait.Key) is null))
        {
            (free ??= new(StringComparer.Ordinal))[name] = value;
        }

        return free;
    }

    /// <summary>Returns traits as text to compare.</summary>
    public static string? Text(IReadOnlyDictionary<string, object?>? traits) => traits is null ? null
        : string.Join('\n', traits.Select(trait => $"{trait.Key}={((JsonElement)trait.Value!).GetRawText()}"));
}
