using System.Security.Claims;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Enrich.Happenings;
using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>Tells a sign-in from what looks like one, and whose session a sign-out ends. Never throws into the host.</summary>
internal sealed class SessionCapture(
    CaptureSwitch @switch, SessionReader sessions, PrincipalReader principals, CaptureScopes scopes, LifecycleDiagnostics diagnostics)
{
    public bool IsOn => @switch.IsOn;

    /// <summary>Notes an attempt to sign in; <see langword="null"/> if it can be no event.</summary>
    public async Task<SessionAttempt?> BeginSignInAsync(
        HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties, SeenTicket seen)
    {
        try
        {
            var (name, kind) = await sessions.SignInSchemeAsync(scheme).ConfigureAwait(false);
            if (IsUntracked(nameof(SignInSucceeded), kind))
            {
                return null;
            }

            if (principals.UserIdOf(principal) is not { } userId)
            {
                diagnostics.Suppressed(nameof(SignInSucceeded), Reasons.NoUser);
                return null;
            }

            var previous = await sessions.TicketAsync(context, name!, kind, seen).ConfigureAwait(false);
            var previousId = principals.UserIdOf(previous?.Principal);
            if (previousId == userId && IsReissue(principal, properties))
            {
                diagnostics.Suppressed(nameof(SignInSucceeded), Reasons.Refresh);
                return null;
            }

            var happening = new SignInSucceeded
            {
                Key = MessageIds.Next(),
                UserId = userId,
                At = sessions.Now,
                GroupId = principals.TenantOf(principal),
                Profile = principals.ProfileOf(principal),
            };
            return Begin(context, previousId, name!, new ScopeEntry(happening) { IsProvenByResponse = kind == SchemeKind.Token });
        }
        catch (Exception exception)
        {
            // The host signs in whatever becomes of our event.
            diagnostics.Failed("observing a sign-in", exception);
            return null;
        }
    }

    /// <summary>Notes an attempt to sign out; <see langword="null"/> if it can be no event.</summary>
    public async Task<SessionAttempt?> BeginSignOutAsync(HttpContext context, string? scheme, SeenTicket seen, string? underWay)
    {
        try
        {
            var (name, kind) = await sessions.SignOutSchemeAsync(scheme).ConfigureAwait(false);
            if (IsUntracked(nameof(SignOutSucceeded), kind))
            {
                return null;
            }

            // Signed out from within its own validation: the session was rejected, not ended by its user.
            var isRevoked = await sessions.IsSameAsync(underWay, name!).ConfigureAwait(false);
            var ticket = await sessions.TicketAsync(context, name!, kind, isRevoked ? default : seen).ConfigureAwait(false);
            if (principals.UserIdOf(ticket?.Principal) is not { } userId)
            {
                diagnostics.Suppressed(nameof(SignOutSucceeded), Reasons.AnonymousSignOut);
                return null;
            }

            var happening = new SignOutSucceeded
            {
                Key = sessions.KeyOf(context, name!, kind, userId, ticket!.Properties),
                UserId = userId,
                At = sessions.Now,
                GroupId = principals.TenantOf(ticket.Principal),
                Username = principals.ProfileOf(ticket.Principal).Username,
                Revoked = isRevoked,
            };
            return Begin(context, isRevoked ? null : userId, name!, new ScopeEntry(happening));
        }
        catch (Exception exception)
        {
            // The host signs out whatever becomes of our event.
            diagnostics.Failed("observing a sign-out", exception);
            return null;
        }
    }

    // A refresh carries its ticket's dates into the call; a sign-in leaves them to the handler. A principal without a word on how
    // it was authenticated, for the user whose session is live, is that session issued anew.
    private static bool IsReissue(ClaimsPrincipal principal, AuthenticationProperties? properties) =>
        properties?.IssuedUtc is not null || !principal.HasClaim(claim => claim.Type is "amr" or ClaimTypes.AuthenticationMethod);

    private bool IsUntracked(string happening, SchemeKind kind)
    {
        if (kind is SchemeKind.Untracked or SchemeKind.Intermediate)
        {
            diagnostics.Suppressed(happening, kind == SchemeKind.Intermediate ? Reasons.IntermediateScheme : Reasons.UntrackedScheme);
            return true;
        }

        diagnostics.Metrics.Captured(happening);
        return false;
    }

    private SessionAttempt? Begin(HttpContext context, string? personId, string scheme, ScopeEntry entry) =>
        scopes.Of(context, personId) is { } scope && scope.TryAdd(entry) ? new SessionAttempt(context.Response, scope, entry, scheme) : null;
}
