using System.Security.Claims;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>Tells a sign-in from what looks like one, and whose session a sign-out ends. Never throws into the host.</summary>
internal sealed class SessionCapture(
    CaptureSwitch @switch, SessionReader sessions, SessionPeople people, TrackingScopes scopes, LifecycleDiagnostics diagnostics)
{
    public bool IsOn => @switch.IsOn;

    /// <summary>
    /// Notes that an authentication is under way; <see langword="null"/> if the request cannot hold the note, or has no need of one: a
    /// request that shows neither a cookie nor a token has no session to lose. Most requests of most sites are such, and pay nothing;
    /// <paramref name="always"/> is for one whose authentication takes its time all the same.
    /// </summary>
    public RequestSessions? Enter(HttpContext context, string? scheme, bool always = false)
    {
        try
        {
            scopes.Authenticates(context);
            if (!always && RequestSessions.HasNothingToLose(context))
            {
                return null;
            }

            var request = RequestSessions.Of(context);
            request.Enter(scheme ?? string.Empty);
            return request;
        }
        catch (Exception exception)
        {
            // The host authenticates whatever becomes of our note.
            diagnostics.Failed("observing an authentication", exception);
            return null;
        }
    }

    /// <summary>Notes the ticket that an authentication has found.</summary>
    public void Saw(HttpContext context, RequestSessions? request, AuthenticationTicket ticket)
    {
        try
        {
            (request ?? RequestSessions.Of(context)).See(ticket);
        }
        catch (Exception exception)
        {
            // The host has authenticated.
            diagnostics.Failed("observing an authentication", exception);
        }
    }

    /// <summary>Notes an attempt to sign in; <see langword="null"/> if it can be no event.</summary>
    public async Task<SessionAttempt?> BeginSignInAsync(
        HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties)
    {
        try
        {
            var (name, kind) = await sessions.SignInSchemeAsync(scheme, properties).ConfigureAwait(false);
            if (IsUntracked(EventNames.SignedIn, kind))
            {
                return null;
            }

            if (people.Principals.UserIdOf(principal) is not { } userId)
            {
                Unnamed(EventNames.SignedIn, principal, Reasons.NoUser);
                return null;
            }

            var request = RequestSessions.Of(context);
            var previous = await sessions.TicketAsync(context, name!, kind, request.Seen).ConfigureAwait(false);
            var previousId = people.Principals.UserIdOf(previous?.Principal);
            if (people.Principals.IsImpersonated(principal))
            {
                Impersonated(context, EventNames.SignedIn, previousId);
                return null;
            }

            if ((previousId == userId && sessions.IsReissue(principal, properties, previous!.Principal))
                || (request.RefreshToken is { } refresh && refresh.AuthenticationScheme == name && people.Principals.UserIdOf(refresh.Principal) == userId))
            {
                diagnostics.Suppressed(EventNames.SignedIn, Reasons.Refresh);
                return null;
            }

            // A cookie's principal is complete after the call, in which events of the host's may add claims to it. A token is on its way by then.
            var fact = new SignInSucceeded { Key = MessageIds.Next(), UserId = userId, At = sessions.Now, Profile = new Profile() };
            return Begin(context, previousId, name!, fact, scope => kind == SchemeKind.Token
                ? new ScopeFact(people.Describe(context, scope, fact, principal)) { IsProvenByResponse = true }
                : new ScopeFact(fact));
        }
        catch (Exception exception)
        {
            // The host signs in whatever becomes of our event.
            diagnostics.Failed("observing a sign-in", exception);
            return null;
        }
    }

    /// <summary>Notes an attempt to sign out; <see langword="null"/> if it can be no event.</summary>
    public async Task<SessionAttempt?> BeginSignOutAsync(HttpContext context, string? scheme)
    {
        try
        {
            var (name, kind) = await sessions.SignOutSchemeAsync(scheme).ConfigureAwait(false);
            if (IsUntracked(EventNames.SignedOut, kind))
            {
                return null;
            }

            // Signed out from within its own validation: the session was rejected, not ended by its user.
            var request = RequestSessions.Of(context);
            var isRevoked = await sessions.IsAmongAsync(request.UnderWay(), name!).ConfigureAwait(false);
            var ticket = await sessions.TicketAsync(context, name!, kind, isRevoked ? default : request.Seen).ConfigureAwait(false);
            if (people.Principals.UserIdOf(ticket?.Principal) is not { } userId)
            {
                Unnamed(EventNames.SignedOut, ticket?.Principal, Reasons.AnonymousSignOut);
                return null;
            }

            if (await sessions.IsStepAsync(name!, kind, ticket!.Properties).ConfigureAwait(false))
            {
                diagnostics.Suppressed(EventNames.SignedOut, Reasons.IntermediateScheme);
                return null;
            }

            // No event, but the browser is nobody's from then on.
            var isImpersonated = people.Principals.IsImpersonated(ticket.Principal);
            if (isImpersonated)
            {
                Impersonated(context, EventNames.SignedOut, userId);
            }

            var fact = new SignOutSucceeded
            {
                Key = sessions.KeyOf(context, name!, kind, userId, ticket.Properties), UserId = userId, At = sessions.Now, Revoked = isRevoked,
            };
            return Begin(context, isRevoked ? null : userId, name!, fact, scope =>
                new ScopeFact(isImpersonated ? fact : people.Describe(scope, fact, ticket.Principal)) { IsForBrowserAlone = isImpersonated });
        }
        catch (Exception exception)
        {
            // The host signs out whatever becomes of our event.
            diagnostics.Failed("observing a sign-out", exception);
            return null;
        }
    }

    /// <summary>Notes that the host's own sign-in has succeeded.</summary>
    public void SignedIn(HttpContext context, SessionAttempt attempt, ClaimsPrincipal principal, AuthenticationProperties? properties)
    {
        try
        {
            if (attempt.IsIncomplete)
            {
                attempt.Complete(people.Describe(context, attempt.Scope, (SignInSucceeded)attempt.Known, principal));
            }

            Succeeded(attempt);
            RequestSessions.Of(context).See(new AuthenticationTicket(principal, properties, attempt.Scheme));
        }
        catch (Exception exception)
        {
            // The host has signed in.
            diagnostics.Failed("observing a sign-in", exception);
        }
    }

    /// <summary>Notes that the host's own sign-out has succeeded.</summary>
    public void SignedOut(HttpContext context, SessionAttempt attempt)
    {
        try
        {
            Succeeded(attempt);
            RequestSessions.Of(context).SeeNobody(attempt.Scheme);
        }
        catch (Exception exception)
        {
            // The host has signed out.
            diagnostics.Failed("observing a sign-out", exception);
        }
    }

    /// <summary>Notes that the host's own call has thrown.</summary>
    public void Failed(SessionAttempt? attempt)
    {
        if (attempt?.Failed() == true)
        {
            diagnostics.Suppressed(attempt.Name, Reasons.Failed);
        }
    }

    private void Succeeded(SessionAttempt attempt)
    {
        if (!attempt.Succeeded())
        {
            diagnostics.Suppressed(attempt.Name, Reasons.OutsideScope);
        }
    }

    private bool IsUntracked(string fact, SchemeKind kind)
    {
        if (kind is SchemeKind.Untracked or SchemeKind.Intermediate)
        {
            diagnostics.Suppressed(fact, kind == SchemeKind.Intermediate ? Reasons.IntermediateScheme : Reasons.UntrackedScheme);
            return true;
        }

        diagnostics.Metrics.Captured(fact);
        return false;
    }

    private void Unnamed(string fact, ClaimsPrincipal? principal, string reason)
    {
        if (people.Principals.UserIdFaultOf(principal) is { } fault)
        {
            diagnostics.InvalidId(fact, PrincipalReader.UserIdClaim, fault);
        }
        else
        {
            diagnostics.Suppressed(fact, reason);
        }
    }

    private void Impersonated(HttpContext context, string fact, string? personId)
    {
        diagnostics.Suppressed(fact, Reasons.Impersonated);
        scopes.Of(context, personId)?.WithholdBrowser();
    }

    private SessionAttempt? Begin(HttpContext context, string? personId, string scheme, CapturedFact fact, Func<TrackingScope, ScopeFact> describe)
    {
        if (scopes.Of(context, personId) is not { } scope)
        {
            diagnostics.Suppressed(fact.EventName, Reasons.ResponseStarted);
            return null;
        }

        var entry = describe(scope);
        if (!scope.TryAdd(entry))
        {
            diagnostics.Suppressed(entry.Fact.EventName, Reasons.OutsideScope);
            return null;
        }

        return new SessionAttempt(context.Response, scope, entry, scheme);
    }
}
