
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Browser;

/// <summary>The combined effect of a request's sign-ins and sign-outs on the browser.</summary>
/// <param name="ResetKey">The key of the browser's session that ended; <see langword="null"/> if none ended.</param>
/// <param name="SignIn">
/// The sign-in of the browser's new user; <see langword="null"/> if there is none, the user is unchanged, or must not be identified.
/// </param>
internal readonly record struct SessionOutcome(string? ResetKey, SignInSucceeded? SignIn)
{
    /// <summary>Combines the facts in order. A sign-in of an impersonated session does not identify the person at the browser.</summary>
    public static SessionOutcome Of(ScopeContext scope, IReadOnlyList<CapturedFact> sessions)
    {
        if (sessions.Count == 0)
        {
            return default;
        }

        // When a session is rejected, its user is no longer the request's.
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

        // An excluded user is not identified to the tag either; the previous user is reset nevertheless.
        return new SessionOutcome(
            before is null || before == last.UserId ? null : (ended ?? (CapturedFact)last).Key, scope.IsSkipped || last.IsExcluded ? null : last);
    }
}
