
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>
/// Lets through what happened to people who are tracked: not to those whom the options leave out, nor in the name of somebody
/// whom another person impersonates; and nothing of a request that the application has marked to be skipped.
/// </summary>
internal sealed class ScopeAdmission(EnrichmentPolicy policy, LifecycleDiagnostics diagnostics)
{
    public IReadOnlyList<NotedHappening> Admit(ScopeFacts scope, IReadOnlyList<NotedHappening> happenings)
    {
        if (scope.IsSkipped)
        {
            foreach (var noted in happenings)
            {
                Suppress(noted.Happening, Reasons.Skipped);
            }

            return [];
        }

        var excluded = Excluded(scope, happenings);
        if (excluded is null && !scope.IsImpersonated)
        {
            return happenings;
        }

        var admitted = new List<NotedHappening>(happenings.Count);
        foreach (var noted in happenings)
        {
            var userId = noted.Happening.UserId;

            if (noted.Happening is EventTracked { Event: TrialEnded { UserId: null } } ended && userId.Length > 0 && (excluded?.Contains(userId) == true || (scope.IsImpersonated && userId == scope.PersonId)))
            {
                // Of who started the trial, whoever ends it: the schedule knows.
                admitted.Add(noted with { Happening = ended with { UserId = string.Empty } });
                continue;
            }

            // A profile that was saved is how the person's data is now, whoever saved it; all else would be the person's doing.
            if (scope.IsImpersonated && userId == scope.PersonId && noted.Happening is not ProfileChanged)
            {
                Suppress(noted.Happening, Reasons.Impersonated);
            }
            else if (excluded?.Contains(userId) == true)
            {
                if (noted.Happening is not RoleGiven)
                {
                    Suppress(noted.Happening, Reasons.Excluded);
                }
            }
            else
            {
                admitted.Add(noted);
            }
        }

        return admitted;
    }

    // All of a person's happenings go the way of the one that tells who they are: a Signed Out does not know of an e-mail address.
    private HashSet<string>? Excluded(ScopeFacts scope, IReadOnlyList<NotedHappening> happenings)
    {
        HashSet<string>? excluded = null;
        if (scope is { IsPersonExcluded: true, PersonId: { } person })
        {
            (excluded ??= new(StringComparer.Ordinal)).Add(person);
        }

        for (var i = 0; i < happenings.Count; i++)
        {
            var happening = happenings[i].Happening;
            if (happening.IsExcluded || policy.IsExcluded(happening.UserId, Traits.Of(happening)?.Email))
            {
                (excluded ??= new(StringComparer.Ordinal)).Add(happening.UserId);
            }
        }

        return excluded;
    }

    private void Suppress(Happening happening, string reason) =>
        diagnostics.Suppressed(happening.EventName, reason);
}
