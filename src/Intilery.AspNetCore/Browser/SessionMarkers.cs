using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Browser;

/// <summary>
/// Notifies the browser of sign-outs and sign-ins, with cookies on the response. A sign-out has two parts: the tag's cookies
/// are deleted here, and a marker cookie makes the page clear the tag's storage, from which the tag would restore them.
/// </summary>
internal sealed class SessionMarkers(IOptionsMonitor<IntileryOptions> options, TrackingConsent consent, LifecycleDiagnostics diagnostics)
{
    // The cookie size limit of browsers, less the name and the attributes.
    private const int MaxValueLength = 3000;

    private static readonly TimeSpan _resetAge = TimeSpan.FromDays(365);
    private static readonly TimeSpan _identifyAge = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Adds the cookies for a response's sign-ins and sign-outs before it starts; none if the browser's user does not
    /// change. Never throws.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="scope">The context of the request before them.</param>
    /// <param name="sessions">The sign-ins and sign-outs whose cookie is on the response, in order.</param>
    public void Write(HttpContext context, ScopeContext scope, IReadOnlyList<CapturedFact> sessions)
    {
        try
        {
            var settings = options.CurrentValue.Browser;
            var outcome = settings.Enabled ? SessionOutcome.Of(scope, sessions) : default;
            if (outcome == default)
            {
                return;
            }

            if (context.Response.HasStarted)
            {
                OutOfReach(sessions[^1]);
                return;
            }

            var lines = new CookieLines(context.Request, settings);
            Add(lines, settings, outcome, context);
            if (lines.Lines is { Count: > 0 } added)
            {
                context.Response.Headers.Append("Set-Cookie", added);
            }
        }
        catch (Exception exception)
        {
            // The host's response is sent unchanged.
            diagnostics.Failed("notifying the browser", exception);
        }
    }

    /// <summary>Counts sign-ins and sign-outs whose response sets no cookies in a browser.</summary>
    public void OutOfReach(CapturedFact session) => diagnostics.Log.BrowserNotReset(session.EventName, Reasons.BrowserOutOfReach);

    private void Add(CookieLines lines, IntileryBrowserOptions settings, SessionOutcome outcome, HttpContext context)
    {
        var mayMark = consent.IsGiven(context);
        if (outcome.ResetKey is { } key)
        {
            if (mayMark)
            {
                // Derived from the session that ended: concurrent requests that end one session cause one reset.
                lines.Set(settings.ResetCookie, MessageIds.Derive("reset", key), _resetAge);
            }

            lines.DeleteEverywhere(settings.UserIdName, settings.AnonymousIdName, settings.GroupIdName);
        }

        if (outcome.SignIn is { } signIn && settings.Identify && mayMark && ValueOf(signIn) is { Length: <= MaxValueLength } value)
        {
            lines.Set(settings.IdentifyCookie, value, _identifyAge);
        }
        else if (outcome.ResetKey is not null && context.Request.Cookies.ContainsKey(settings.IdentifyCookie))
        {
            // No page has read it yet, and the next page belongs to another user.
            lines.Delete(settings.IdentifyCookie);
        }
    }

    private static string ValueOf(SignInSucceeded signIn) =>
        Uri.EscapeDataString(signIn.UserId) + (signIn.GroupId is { } group ? "&" + Uri.EscapeDataString(group) : null);
}

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
            before is null || before == last.UserId ? null : (ended ?? (CapturedFact)last).Key,
            scope.IsSkipped || last.IsExcluded ? null : last);
    }
}
