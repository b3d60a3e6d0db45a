using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>Reduces a scope's sign-ins and sign-outs to what they amount to: out and in again by the same user is nothing.</summary>
internal sealed class SessionCoalescer(EnrichmentPolicy policy, BoundedMemory<string> endedTickets, LifecycleDiagnostics diagnostics)
{
    public IReadOnlyList<ScopeFact> Reduce(ScopeContext scope, IReadOnlyList<ScopeFact> facts)
    {
        if (!facts.Have(static fact => fact is SignInSucceeded or SignOutSucceeded))
        {
            return facts;
        }

        ReportOtherIds(facts);
        var dropped = new HashSet<int>();
        var sessions = Enumerable.Range(0, facts.Count).Where(i => facts[i].Fact is SignInSucceeded or SignOutSucceeded);
        foreach (var places in sessions.GroupBy(i => facts[i].Fact.UserId, StringComparer.Ordinal))
        {
            var steps = places.Select(i => facts[i].Fact).ToList();
            var outcome = Outcome(scope, steps);
            foreach (var (step, place) in places.Index().Where(indexed => indexed.Index != outcome))
            {
                dropped.Add(place);
                diagnostics.Suppressed(steps[step].EventName, ReasonFor(steps[step], steps));
            }
        }

        return dropped.Count == 0
            ? facts
            : [.. facts.Index().Where(indexed => !dropped.Contains(indexed.Index)).Select(indexed => Whole(indexed.Item, facts))];
    }

    // A user who is created and signed in in one scope, under two ids.
    private void ReportOtherIds(IReadOnlyList<ScopeFact> facts)
    {
        foreach (var signIn in facts.Select(noted => noted.Fact).OfType<SignInSucceeded>())
        {
            if (signIn.Profile.Email is { } email && facts.Any(noted =>
                noted.Fact is UserCreated created
                    && created.UserId != signIn.UserId
                    && email.Equals(created.Profile.Email, StringComparison.OrdinalIgnoreCase)))
            {
                diagnostics.UserIdsDiffer(null);
            }
        }
    }

    // A sign-in that the application tracks beside one that was observed, or tracks twice, has what either has.
    private static ScopeFact Whole(ScopeFact kept, IReadOnlyList<ScopeFact> facts)
    {
        if (kept.Fact is not SignInSucceeded whole)
        {
            return kept;
        }

        foreach (var other in facts.Select(noted => noted.Fact)
            .OfType<SignInSucceeded>()
            .Where(other => other.UserId == whole.UserId && other.Key != whole.Key))
        {
            whole = whole with
            {
                GroupId = whole.GroupId ?? (whole.AsksTenant ? null : other.GroupId),
                Role = whole.Role ?? other.Role,
                Profile = other.Profile.With(whole.Profile),
                Tracked = whole.Tracked is { } tracked ? tracked with
                {
                    Username = tracked.Username ?? other.Tracked?.Username,
                    AnonymousId = tracked.AnonymousId ?? other.Tracked?.AnonymousId,
                    Timestamp = tracked.Timestamp ?? other.Tracked?.Timestamp,
                }
                : other.Tracked,
            };
        }

        return kept.With(whole);
    }

    // The index of the one step that is an event, or null. A session is of one scheme: a user who leaves one
    // and enters another is signed in.
    private int? Outcome(ScopeContext scope, List<CapturedFact> steps)
    {
        if (steps.Count == 1)
        {
            return OutcomeOfScheme(scope, steps);
        }

        var outcomes = steps.Index()
            .GroupBy(step => SchemeOf(step.Item), StringComparer.Ordinal)
            .Select(
                same => (Places: same.Select(step => step.Index).ToList(), Outcome: OutcomeOfScheme(scope, [.. same.Select(step => step.Item)])))
            .Where(scheme => scheme.Outcome is not null)
            .Select(scheme => scheme.Places[scheme.Outcome!.Value])
            .ToList();
        return outcomes.Count == 0
            ? null
            : outcomes.FindAll(place => steps[place] is SignInSucceeded) is [.., var signIn]
            ? signIn
            : outcomes[0];
    }

    private int? OutcomeOfScheme(ScopeContext scope, List<CapturedFact> steps)
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

        return end >= 0
            && !EndsWhatBeganHere(scope, steps, end)
            && endedTickets.Learn(steps[end].Key, known => known is null ? string.Empty : null)
            ? end
            : null;
    }

    // Signed in within this scope, at a browser where this user was not signed in before it.
    private static bool EndsWhatBeganHere(ScopeContext scope, List<CapturedFact> steps, int end) =>
        scope.PersonId != steps[end].UserId && steps.Take(end).Any(step => step is SignInSucceeded);

    private static string SchemeOf(CapturedFact step) =>
        (step as SignInSucceeded)?.Scheme ?? (step as SignOutSucceeded)?.Scheme ?? string.Empty;

    private string ReasonFor(CapturedFact step, List<CapturedFact> steps)
    {
        if (step is SignOutSucceeded { Revoked: true } && !policy.SignOutWhenRevoked)
        {
            return Reasons.Revoked;
        }

        return steps.TrueForAll(other => other.GetType() == step.GetType()) ? Reasons.Duplicate : Reasons.Coalesced;
    }
}
