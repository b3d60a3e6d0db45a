using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>
/// Finds the user of tracked events that name none: the one who is signed in, or who signs in or is created in the scope. An
/// unknown user is not replaced by a placeholder, which would become a person of its own at Intilery.
/// </summary>
internal static class UserAttribution
{
    public static IReadOnlyList<ScopeFact> Resolve(ScopeContext scope, IReadOnlyList<ScopeFact> facts, LifecycleDiagnostics diagnostics)
    {
        if (!facts.Have(IsUnattributed))
        {
            return facts;
        }

        var created = facts.Select(noted => noted.Fact)
            .OfType<UserCreated>()
            .Select(user => user.UserId)
            .Distinct(StringComparer.Ordinal)
            .Take(2)
            .ToList();
        var onlyCreated = created.Count == 1 ? created[0] : null;
        var atWork = AttributedUserOf(scope, facts, onlyCreated);
        var resolved = new List<ScopeFact>(facts.Count);
        foreach (var noted in facts)
        {
            var teller = noted.Fact is EventTracked { Event: SignedUp } ? onlyCreated ?? atWork : atWork;
            if (!IsUnattributed(noted.Fact))
            {
                resolved.Add(noted);
            }
            else if (teller is not null)
            {
                resolved.Add(noted.With(noted.Fact with { UserId = teller }));
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

    private static bool IsUnattributed(CapturedFact fact) => fact.UserId.Length == 0 && fact is not (TrialMoved or AccountRenamed);

    private static string? AttributedUserOf(ScopeContext scope, IReadOnlyList<ScopeFact> facts, string? onlyCreated)
    {
        if (scope.PersonId is not null)
        {
            return scope.PersonId;
        }

        if (facts.Select(noted => noted.Fact).FirstOrDefault(fact => fact is SignInSucceeded { UserId.Length: > 0 }) is { } signIn)
        {
            return signIn.UserId;
        }

        // Of several users who are created without a session, none is the actor; and a machine is not the user that it creates.
        return scope.HasUnnamedActor ? null : onlyCreated;
    }
}
