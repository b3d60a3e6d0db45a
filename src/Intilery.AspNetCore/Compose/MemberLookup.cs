using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>Finds users in the application's tables.</summary>
internal interface IStoredPeople
{
    /// <summary>
    /// Reads the rows of users, in batches. Users without a row, and those whose row is no user who has signed up, are not among them.
    /// </summary>
    Task<IReadOnlyDictionary<string, StoredPerson>> FindPeopleAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken);
}

/// <summary>The profile in a user's row.</summary>
/// <param name="Profile">The profile, reduced to the members that may be sent.</param>
/// <param name="IsExcluded">Whether the options exclude the person, also by members that may not be sent.</param>
internal sealed record StoredPerson(Profile Profile, bool IsExcluded);

/// <summary>
/// Reads who the members are whose memberships the application tracks itself, where nothing is known of them: when the scope commits, off
/// the caller's thread, and for a limited time.
/// </summary>
internal sealed class MemberLookup(IStoredPeople people, EnrichmentPolicy policy, TimeProvider time, LifecycleDiagnostics diagnostics)
{
    /// <summary>
    /// Returns the facts with the profiles of these members, and without the memberships of those whom the options exclude.
    /// </summary>
    public async Task<IReadOnlyList<ScopeFact>> IdentifyAsync(
        IReadOnlyList<ScopeFact> facts, IReadOnlyCollection<string> members, CancellationToken cancellationToken)
    {
        var found = await FindAsync(members, cancellationToken).ConfigureAwait(false);
        if (found.Count == 0)
        {
            return facts;
        }

        var identified = new List<ScopeFact>(facts.Count);
        foreach (var noted in facts)
        {
            if (noted.Fact is not EventTracked { IsMembership: true } tracked || !found.TryGetValue(tracked.UserId, out var person))
            {
                identified.Add(noted);
            }
            else if (person.IsExcluded)
            {
                diagnostics.Suppressed(tracked.EventName, Reasons.Excluded);
            }
            else
            {
                identified.Add(noted.With(tracked with { Member = person.Profile }));
            }
        }

        return identified;
    }

    private async Task<IReadOnlyDictionary<string, StoredPerson>> FindAsync(
        IReadOnlyCollection<string> members, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(policy.CommitTimeout, time);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var reading = Task.Run(() => people.FindPeopleAsync(members, giveUp.Token), CancellationToken.None);
        try
        {
            return await reading.WaitAsync(giveUp.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The memberships are facts without it, too. A read that ends later is observed.
            _ = reading.ContinueWith(
                static ended => ended.Exception,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            diagnostics.Failed("reading the rows of members", exception);
            return new Dictionary<string, StoredPerson>();
        }
    }
}
