
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>
/// Finds the user of what the application told without naming one: who is signed in, or is being signed in or created in the scope.
/// Nobody stands in for a user who cannot be named: that would become a person of its own at Intilery.
/// </summary>
internal static class TellerResolution
{
    public static IReadOnlyList<NotedHappening> Resolve(ScopeFacts scope, IReadOnlyList<NotedHappening> happenings, LifecycleDiagnostics diagnostics)
    {
        if (!happenings.Any(noted => IsOpen(noted.Happening)))
        {
            return happenings;
        }

        var teller = TellerOf(scope, happenings);
        var resolved = new List<NotedHappening>(happenings.Count);
        foreach (var noted in happenings)
        {
            if (!IsOpen(noted.Happening))
            {
                resolved.Add(noted);
            }
            else if (teller is not null)
            {
                resolved.Add(noted with { Happening = noted.Happening with { UserId = teller } });
            }
            else if (noted.Happening is EventTracked { Event: { AnonymousId: not null } or TrialEnded })
            {
                // A trial's end is the user's who started it: the schedule knows whose.
                resolved.Add(noted);
            }
            else
            {
                diagnostics.Suppressed(noted.Happening.EventName, Reasons.NoUser);
            }
        }

        return resolved;
    }

    private static bool IsOpen(Happening happening) => happening.UserId.Length == 0 && happening is not TrialMoved;

    private static string? TellerOf(ScopeFacts scope, IReadOnlyList<NotedHappening> happenings)
    {
        if (scope.PersonId is not null)
        {
            return scope.PersonId;
        }

        var all = happenings.Select(noted => noted.Happening).ToList();
        if (all.Find(happening => happening is SignInSucceeded) is { } signIn)
        {
            return signIn.UserId;
        }

        // Of several users made by nobody in particular, none is the one at work; and a machine is no user whom it makes.
        var created = all.OfType<UserCreated>().Select(user => user.UserId).Distinct(StringComparer.Ordinal).Take(2).ToList();
        return created.Count == 1 && !scope.HasUnnamedActor ? created[0] : null;
    }
}
