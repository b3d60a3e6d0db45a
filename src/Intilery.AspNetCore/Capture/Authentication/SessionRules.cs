using System.Security.Claims;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Authentication;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>Distinguishes sign-ins from refreshes and other calls that reissue a session.</summary>
internal static class SessionRules
{
    // A remote handler leaves its name in the properties of what it signs in.
    private const string RemoteScheme = ".AuthScheme";

    // What is as short may be the same object by chance: the runtime caches the texts of small numbers.
    private const int ShortestText = 4;

    /// <summary>Whether a sign-in is a remote login's, by the properties that it was called with.</summary>
    public static bool IsRemote(AuthenticationProperties? properties) => properties?.Items.ContainsKey(RemoteScheme) == true;

    /// <summary>
    /// Whether a sign-in of the user whose session is live issues that session anew. A refresh carries its ticket's dates into the call;
    /// a login leaves them to the handler, unless its provider sets them. What is made of the session's own identities or claims is that
    /// session, whatever was changed in it; a principal without a word on how its user was authenticated was not authenticated now, unless
    /// a provider has just done that; and one that differs in its tenant and roles alone has only changed these.
    /// </summary>
    public static bool IsReissue(SessionAttempt attempt, ClaimsPrincipal written, PrincipalReader principals)
    {
        var (previous, asked) = (attempt.Previous!.Principal, attempt.Principal);
        if (attempt.Issued is { } issued && (!attempt.IsRemote || issued == attempt.Previous.Properties.IssuedUtc))
        {
            return true;
        }

        return IsOf(asked, previous) || IsOf(written, previous)
            || (!attempt.IsRemote && (!NamesMethod(asked) || principals.DifferInTenantAlone(asked, previous)));
    }

    /// <summary>
    /// Whether a sign-in returns from an impersonation: its user is the one whom the impersonated session names as the actor. Where it
    /// names no actor, anything that is not a login returns.
    /// </summary>
    public static bool IsReturn(SessionAttempt attempt, ClaimsPrincipal impersonated, string userId, PrincipalReader principals) =>
        principals.UserIdOf(impersonated) != userId
        && (principals.NamesActor(impersonated, userId) || !(attempt.IsRemote || NamesMethod(attempt.Principal)));

    private static bool NamesMethod(ClaimsPrincipal principal) =>
        principal.HasClaim(claim => claim.Type is "amr" or ClaimTypes.AuthenticationMethod);

    private static bool IsOf(ClaimsPrincipal principal, ClaimsPrincipal session) =>
        principal.Identities.Any(session.Identities.Contains) || principal.Claims.Any(claim => IsCopied(claim, session));

    // A copy of a claim, and a claim that is made of one, hold the very text object that was read from the session's ticket; what a login
    // reads from the database is another object, even if it is equal. Constants of the code are the same object everywhere.
    private static bool IsCopied(Claim claim, ClaimsPrincipal session) =>
        claim.Value.Length >= ShortestText
        && session.HasClaim(other => ReferenceEquals(other.Value, claim.Value) && other.Type == claim.Type)
        && string.IsInterned(claim.Value) is null;
}
