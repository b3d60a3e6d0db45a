
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
    public static IReadOnlyList<NotedFact> Resolve(ScopeContext scope, IReadOnlyList<NotedFact> facts, LifecycleDiagnostics diagnostics)
    {
        if (!facts.Any(noted => IsOpen(noted.Fact)))
        {
            return facts;
        }

        var teller = TellerOf(scope, facts);
        var resolved = new List<NotedFact>(facts.Count);
        foreach (var noted in facts)
        {
            if (!IsOpen(noted.Fact))
            {
                resolved.Add(noted);
            }
            else if (teller is not null)
            {
                resolved.Add(noted with { Fact = noted.Fact with { UserId = teller } });
            }
            else if (noted.Fact is EventTracked { Event: { AnonymousId: not null } or TrialEnded })
            {
                // A trial's end is the user's who started it: the schedule knows whose.
                resolved.Add(noted);
            }
            else
            {
                diagnostics.Suppressed(noted.Fact.EventName, Reasons.NoUser);
            }
        }

        return resolved;
    }

    private static bool IsOpen(CapturedFact fact) => fact.UserId.Length == 0 && fact is not TrialMoved;

    private static string? TellerOf(ScopeContext scope, IReadOnlyList<NotedFact> facts)
    {
        if (scope.PersonId is not null)
        {
            return scope.PersonId;
        }

        var all = facts.Select(noted => noted.Fact).ToList();
        if (all.Find(fact => fact is SignInSucceeded) is { } signIn)
        {
            return signIn.UserId;
        }

        // Of several users made by nobody in particular, none is the one at work; and a machine is no user whom it makes.
        var created = all.OfType<UserCreated>().Select(user => user.UserId).Distinct(StringComparer.Ordinal).Take(2).ToList();
        return created.Count == 1 && !scope.HasUnnamedActor ? created[0] : null;
    }
}
