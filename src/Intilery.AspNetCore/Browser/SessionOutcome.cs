
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Browser;

/// <summary>What the sign-ins and sign-outs of one request, taken together, mean for the browser.</summary>
/// <param name="ResetKey">Names the end of the session that was the browser's; <see langword="null"/> if none ended.</param>
/// <param name="SignIn">The sign-in whose user the browser is now; <see langword="null"/> if it is nobody's, was so before, or is not to be named.</param>
internal readonly record struct SessionOutcome(string? ResetKey, SignInSucceeded? SignIn)
{
    /// <summary>Takes the facts in order. Where somebody acts in another's name, a sign-in says nothing of who sits there.</summary>
    public static SessionOutcome Of(ScopeContext scope, IReadOnlyList<CapturedFact> sessions)
    {
        if (sessions.Count == 0)
        {
            return default;
        }

        // The user of a rejected session is not the request's any more when it is rejected.
        var ended = sessions[0] as SignOutSucceeded;
        var before = ended?.UserId ?? scope.PersonId;
        var last = sessions[^1] as SignInSucceeded;
        if (last is null)
        {
            return new SessionOutcome(before is null ? null : (ended ?? sessions[^1]).Key, null);
        }

        if (scope.Browser is null || last.UserId == ended?.UserId)
        {
            return default;
        }

        // Who is left out of the events is not named to the tag either; the person before has gone all the same.
        return new SessionOutcome(
            before is null || before == last.UserId ? null : (ended ?? (CapturedFact)last).Key, scope.IsSkipped || last.IsExcluded ? null : last);
    }
}
