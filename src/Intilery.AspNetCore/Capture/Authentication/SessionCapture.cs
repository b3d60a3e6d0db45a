using System.Security.Claims;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>
/// Captures sign-ins and sign-outs: decides what counts as one, and whose session begins or ends. Never throws into the application.
/// </summary>
internal sealed class SessionCapture(
    CaptureSwitch @switch,
    TrackedSchemes schemes,
    SessionTickets tickets,
    PrincipalDescriber describer,
    TrackingScopes scopes,
    TimeProvider time,
    LifecycleDiagnostics diagnostics)
{
    public bool IsOn => @switch.IsOn;

    private PrincipalReader Principals => describer.Principals;

    /// <summary>
    /// Notes that an authentication is under way. Returns <see langword="null"/> if the request cannot hold the note, or needs none: a
    /// request that shows neither a cookie nor a token has no session to lose. Such requests, usually the majority, allocate nothing;
    /// <paramref name="always"/> is for one whose authentication completes asynchronously all the same.
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
            // The application authenticates with or without our note.
            diagnostics.Failed("observing an authentication", exception);
            return null;
        }
    }

    /// <summary>Notes the ticket that an authentication has found.</summary>
    public void Saw(HttpContext context, RequestSessions? request, string? scheme, AuthenticationTicket ticket)
    {
        try
        {
            (request ?? RequestSessions.Of(context)).See(scheme ?? string.Empty, ticket);
        }
        catch (Exception exception)
        {
            // The application has authenticated.
            diagnostics.Failed("observing an authentication", exception);
        }
    }

    /// <summary>Begins a sign-in. Returns <see langword="null"/> if it cannot become an event.</summary>
    public async Task<SessionAttempt?> BeginSignInAsync(
        HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties)
    {
        try
        {
            var target = await schemes.OfSignInAsync(scheme).ConfigureAwait(false);
            if (IsUntracked(EventNames.SignedIn, target.Kind))
            {
                return null;
            }

            var request = RequestSessions.Of(context);
            var attempt = new SessionAttempt(context.Response, target, EventNames.SignedIn)
            {
                Principal = principal,
                Previous = await tickets.OfAsync(context, request, target.Name!, target.Kind).ConfigureAwait(false),
                Issued = properties?.IssuedUtc,
                IsRemote = SessionRules.IsRemote(properties),
            };
            if (target.Kind == SchemeKind.Token)
            {
                // The call writes the token to the response, which starts: there is no later moment, and nothing replaces the principal.
                return await FactAsync(context, request, attempt, principal).ConfigureAwait(false) is { } fact
                    && Add(
                        context,
                        PreviousId(attempt),
                        attempt,
                        scope => new ScopeFact(describer.Describe(context, scope, fact, principal)) { IsProvenByResponse = true })
                    ? attempt : null;
            }

            if (context.Response.HasStarted && scopes.Of(context, null) is null)
            {
                diagnostics.Suppressed(EventNames.SignedIn, Reasons.ResponseStarted);
                return null;
            }

            return attempt;
        }
        catch (Exception exception)
        {
            // The application signs in with or without our event.
            diagnostics.Failed("observing a sign-in", exception);
            return null;
        }
    }

    /// <summary>Begins a sign-out. Returns <see langword="null"/> if it cannot become an event.</summary>
    public async Task<SessionAttempt?> BeginSignOutAsync(HttpContext context, string? scheme)
    {
        try
        {
            var target = await schemes.OfSignOutAsync(scheme).ConfigureAwait(false);
            if (IsUntracked(EventNames.SignedOut, target.Kind))
            {
                return null;
            }

            // Signed out from within its own validation: the session was rejected, not ended by its user.
            var request = RequestSessions.Of(context);
            var isRevoked = await tickets.IsAmongAsync(request.UnderWay(), target.Name!).ConfigureAwait(false);
            var ticket = isRevoked && target.Kind == SchemeKind.Cookie
                ? await tickets.ReadAsync(context, target.Name!).ConfigureAwait(false)
                : await tickets.OfAsync(context, request, target.Name!, target.Kind).ConfigureAwait(false);
            if (ticket is null && target.Name == IdentityConstants.ApplicationScheme)
            {
                // Identity's own sign-out names its cookies only; who shows one of its tokens ends the token's session by it.
                target = await schemes.OfAsync(IdentityConstants.BearerScheme).ConfigureAwait(false) is { IsTracked: true } bearer
                    ? bearer
                    : target;
                ticket = target.Kind == SchemeKind.Token
                    ? await tickets.OfAsync(context, request, target.Name!, target.Kind).ConfigureAwait(false)
                    : null;
            }

            if (Principals.UserIdOf(ticket?.Principal) is not { } userId)
            {
                Unnamed(EventNames.SignedOut, ticket?.Principal, Reasons.AnonymousSignOut);
                return null;
            }

            if (target.Kind == SchemeKind.Cookie && await tickets.IsBesideAsync(request, target.Name!, userId).ConfigureAwait(false))
            {
                diagnostics.Suppressed(EventNames.SignedOut, Reasons.IntermediateScheme);
                return null;
            }

            // Not an event, but the browser is anonymous from then on.
            var isImpersonated = Principals.IsImpersonated(ticket!.Principal);
            if (isImpersonated)
            {
                request.EndedImpersonation = ticket.Principal;
                Impersonated(context, EventNames.SignedOut, userId);
            }

            var fact = new SignOutSucceeded
            {
                Key = tickets.KeyOf(context, target, userId, ticket.Properties),
                UserId = userId,
                At = time.GetUtcNow(),
                Scheme = target.Name,
                Revoked = isRevoked,
            };
            var attempt = new SessionAttempt(context.Response, target, EventNames.SignedOut);
            return Add(context, isRevoked ? null : userId, attempt, scope =>
                new ScopeFact(
                    isImpersonated
                        ? fact
                        : describer.Describe(scope, fact, ticket.Principal)) { IsForBrowserAlone = isImpersonated }) ? attempt : null;
        }
        catch (Exception exception)
        {
            // The application signs out with or without our event.
            diagnostics.Failed("observing a sign-out", exception);
            return null;
        }
    }

    /// <summary>
    /// Notes that the application's sign-in has succeeded. What counts is the principal that the cookie's handler has written.
    /// </summary>
    public async Task SignedInAsync(HttpContext context, SessionAttempt attempt, AuthenticationProperties? properties)
    {
        try
        {
            var request = RequestSessions.Of(context);
            var written = attempt.Principal;
            if (!attempt.IsAdded)
            {
                written =
                    (await tickets.WrittenAsync(context, attempt.Scheme.Name!, attempt.CookiesBefore).ConfigureAwait(false))?.Principal
                    ?? written;
                if (await FactAsync(context, request, attempt, written).ConfigureAwait(false) is { } fact)
                {
                    Add(context, PreviousId(attempt), attempt, scope => new ScopeFact(describer.Describe(context, scope, fact, written)));
                }
            }

            if (attempt.IsAdded)
            {
                Confirm(attempt);
                request.SignIn = attempt;
            }

            request.See(attempt.Scheme.Name!, new AuthenticationTicket(written, properties, attempt.Scheme.Name!));
        }
        catch (Exception exception)
        {
            // The application has signed in.
            diagnostics.Failed("observing a sign-in", exception);
        }
    }

    /// <summary>Notes that the application's sign-out has succeeded.</summary>
    public void SignedOut(HttpContext context, SessionAttempt attempt)
    {
        try
        {
            Confirm(attempt);
            RequestSessions.Of(context).See(attempt.Scheme.Name!, null);
        }
        catch (Exception exception)
        {
            // The application has signed out.
            diagnostics.Failed("observing a sign-out", exception);
        }
    }

    /// <summary>Notes that the application's call has thrown.</summary>
    public void Failed(SessionAttempt? attempt)
    {
        if (attempt?.Failed() == true)
        {
            diagnostics.Suppressed(attempt.EventName, Reasons.Failed);
        }
    }

    // The sign-in of the principal that the session has; null, with a reason, if it is none.
    private async Task<SignInSucceeded?> FactAsync(
        HttpContext context, RequestSessions request, SessionAttempt attempt, ClaimsPrincipal written)
    {
        if (Principals.UserIdOf(written) is not { } userId)
        {
            Unnamed(EventNames.SignedIn, written, Reasons.NoUser);
            return null;
        }

        var previous = attempt.Previous?.Principal;
        if (Principals.IsImpersonated(written))
        {
            Impersonated(context, EventNames.SignedIn, PreviousId(attempt));
            return null;
        }

        var scheme = attempt.Scheme.Name!;
        if ((Principals.IsImpersonated(previous) ? previous : request.EndedImpersonation) is { } impersonated
            && SessionRules.IsReturn(attempt, impersonated, userId, Principals))
        {
            diagnostics.Suppressed(EventNames.SignedIn, Reasons.Impersonated);
            return null;
        }

        if ((PreviousId(attempt) == userId && SessionRules.IsReissue(attempt, written, Principals))
            || (request.RefreshToken is { } refresh && refresh.AuthenticationScheme == scheme && Principals.UserIdOf(refresh.Principal) == userId))
        {
            diagnostics.Suppressed(EventNames.SignedIn, Reasons.Refresh);
            request.SignIn?.Replace(scheme, userId, (scope, signIn) => describer.Describe(context, scope, signIn, written));
            return null;
        }

        if (attempt.Scheme.Kind == SchemeKind.Cookie && await tickets.IsBesideAsync(request, scheme, userId).ConfigureAwait(false))
        {
            diagnostics.Suppressed(EventNames.SignedIn, Reasons.IntermediateScheme);
            return null;
        }

        return new SignInSucceeded { Key = MessageIds.Next(), UserId = userId, At = time.GetUtcNow(), Scheme = scheme, Profile = Profile.Empty };
    }

    private string? PreviousId(SessionAttempt attempt) => Principals.UserIdOf(attempt.Previous?.Principal);

    private void Confirm(SessionAttempt attempt)
    {
        if (!attempt.Succeeded())
        {
            diagnostics.Suppressed(attempt.EventName, Reasons.OutsideScope);
        }
    }

    private bool IsUntracked(string eventName, SchemeKind kind)
    {
        if (kind is SchemeKind.Untracked or SchemeKind.Intermediate)
        {
            diagnostics.Suppressed(eventName, kind == SchemeKind.Intermediate ? Reasons.IntermediateScheme : Reasons.UntrackedScheme);
            return true;
        }

        diagnostics.Metrics.Captured(eventName);
        return false;
    }

    private void Unnamed(string eventName, ClaimsPrincipal? principal, string reason)
    {
        if (Principals.UserIdFaultOf(principal) is { } fault)
        {
            diagnostics.InvalidId(eventName, PrincipalReader.UserIdClaim, fault);
        }
        else
        {
            diagnostics.Suppressed(eventName, reason);
        }
    }

    private void Impersonated(HttpContext context, string eventName, string? personId)
    {
        diagnostics.Suppressed(eventName, Reasons.Impersonated);
        scopes.Of(context, personId)?.WithholdBrowser();
    }

    private bool Add(HttpContext context, string? personId, SessionAttempt attempt, Func<TrackingScope, ScopeFact> describe)
    {
        if (scopes.Of(context, personId) is not { } scope)
        {
            diagnostics.Suppressed(attempt.EventName, Reasons.ResponseStarted);
            return false;
        }

        var fact = describe(scope);
        if (tickets.HasOtherUser(context, fact.Fact.UserId))
        {
            scope.WithholdAnonymousId();
        }

        if (!attempt.TryAdd(scope, fact))
        {
            diagnostics.Suppressed(attempt.EventName, Reasons.OutsideScope);
            return false;
        }

        return true;
    }
}
