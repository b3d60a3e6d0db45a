
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>Reduces a scope's sign-ins and sign-outs to what they amount to: out and in again by the same user is nothing.</summary>
internal sealed class SessionFold(EnrichmentPolicy policy, BoundedMemory<string> endedTickets, LifecycleDiagnostics diagnostics)
{
    public IReadOnlyList<NotedHappening> Reduce(ScopeFacts scope, IReadOnlyList<NotedHappening> happenings)
    {
        var dropped = new HashSet<int>();
        var sessions = Enumerable.Range(0, happenings.Count).Where(i => happenings[i].Happening is SignInSucceeded or SignOutSucceeded);
        foreach (var places in sessions.GroupBy(i => happenings[i].Happening.UserId, StringComparer.Ordinal))
        {
            var steps = places.Select(i => happenings[i].Happening).ToList();
            var outcome = Outcome(scope, steps);
            foreach (var (step, place) in places.Index().Where(indexed => indexed.Index != outcome))
            {
                dropped.Add(place);
                diagnostics.Suppressed(steps[step].EventName, ReasonFor(steps[step], steps));
            }
        }

        return dropped.Count == 0 ? happenings : [.. happenings.Where((_, i) => !dropped.Contains(i))];
    }

    // The index of the one step that is an event, or null.
    private int? Outcome(ScopeFacts scope, List<Happening> steps)
    {
        var end = steps.FindIndex(step => step is SignOutSucceeded { Revoked: false });
        if (steps[^1] is SignInSucceeded)
        {
            // A session that its user ended here and began here again is the same session to everybody outside.
            return end >= 0 && !EndsWhatBeganHere(scope, steps, end) ? null : steps.Count - 1;
        }

        if (end < 0 && policy.SignOutWhenRevoked)
        {
            end = steps.FindIndex(step => step is SignOutSucceeded);
        }

        return end >= 0 && !EndsWhatBeganHere(scope, steps, end) && endedTickets.Learn(steps[end].Key, known => known is null ? string.Empty : null) ? end : null;
    }

    // Signed in within this scope, at a browser where this user was not signed in before it.
    private static bool EndsWhatBeganHere(ScopeFacts scope, List<Happening> steps, int end) =>
        scope.PersonId != steps[end].UserId && steps.Take(end).Any(step => step is SignInSucceeded);

    private string ReasonFor(Happening step, List<Happening> steps)
    {
        if (step is SignOutSucceeded { Revoked: true } && !policy.SignOutWhenRevoked)
        {
            return Reasons.Revoked;
        }

        return steps.TrueForAll(other => other.GetType() == step.GetType()) ? Reasons.Duplicate : Reasons.Coalesced;
    }
}
