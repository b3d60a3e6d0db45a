using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>
/// Removes facts of excluded users, of impersonated sessions, and
/// of requests that the application has marked to be skipped.
/// </summary>
internal sealed class ExclusionFilter(EnrichmentPolicy policy, LifecycleDiagnostics diagnostics)
{
    public IReadOnlyList<ScopeFact> Admit(ScopeContext scope, IReadOnlyList<ScopeFact> facts)
    {
        if (scope.IsSkipped)
        {
            foreach (var noted in facts)
            {
                Suppress(noted.Fact, Reasons.Skipped);
            }

            return [];
        }

        facts = WithoutGuests(scope, facts);
        var excluded = Excluded(scope, facts);
        if (excluded is null && !scope.IsImpersonated)
        {
            return facts;
        }

        var admitted = new List<ScopeFact>(facts.Count);
        foreach (var noted in facts)
        {
            var userId = noted.Fact.UserId;

            if (noted.Fact is EventTracked { Event: TrialEnded { UserId: null } } ended
                && userId.Length > 0
                && (excluded?.Contains(userId) == true || (scope.IsImpersonated && userId == scope.PersonId)))
            {
                // The end of a trial belongs to the user who started it, whom the schedule knows.
                admitted.Add(noted.With(ended with { UserId = string.Empty }));
                continue;
            }

            // A saved profile is the person's current data, whichever user saved it; all other facts are actions of the person.
            if (scope.IsImpersonated && userId == scope.PersonId && noted.Fact is not ProfileChanged)
            {
                Suppress(noted.Fact, Reasons.Impersonated);
            }
            else if (excluded?.Contains(userId) == true)
            {
                // Facts that become no event by themselves are not counted.
                if (noted.Fact is not (RoleGiven or RoleStored or UserDeleted or TrialMoved or AccountRenamed))
                {
                    Suppress(noted.Fact, Reasons.Excluded);
                }
            }
            else
            {
                admitted.Add(noted);
            }
        }

        return admitted;
    }

    // A user whom an anonymous request makes for its visitor, and who does nothing else in it.
    private IReadOnlyList<ScopeFact> WithoutGuests(ScopeContext scope, IReadOnlyList<ScopeFact> facts)
    {
        if (scope.PersonId is not null
            || scope.HasUnnamedActor
            || scope.SignUpType is not null
            || !facts.Have(static fact => fact is UserCreated { IsGuest: true }))
        {
            return facts;
        }

        var others = facts.Where(noted => noted.Fact is not (UserCreated or ProfileChanged))
            .Select(noted => noted.Fact.UserId)
            .ToHashSet(StringComparer.Ordinal);
        var guests = facts.Where(noted => noted.Fact is UserCreated { IsGuest: true })
            .Select(noted => noted.Fact.UserId)
            .Where(user => !others.Contains(user))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var noted in facts.Where(noted => guests.Contains(noted.Fact.UserId)))
        {
            Suppress(noted.Fact, Reasons.Guest);
        }

        return guests.Count == 0 ? facts : [.. facts.Where(noted => !guests.Contains(noted.Fact.UserId))];
    }

    // One excluded fact of a person excludes all of them: a Signed Out does not know the e-mail address.
    private HashSet<string>? Excluded(ScopeContext scope, IReadOnlyList<ScopeFact> facts)
    {
        HashSet<string>? excluded = null;
        if (scope is { IsPersonExcluded: true, PersonId: { } person })
        {
            (excluded ??= new(StringComparer.Ordinal)).Add(person);
        }

        for (var i = 0; i < facts.Count; i++)
        {
            var fact = facts[i].Fact;
            if (fact.IsExcluded || policy.IsExcluded(fact.UserId, Traits.Of(fact)?.Email))
            {
                (excluded ??= new(StringComparer.Ordinal)).Add(fact.UserId);
            }
        }

        return excluded;
    }

    private void Suppress(CapturedFact fact, string reason) =>
        diagnostics.Suppressed(fact.EventName, reason);
}
