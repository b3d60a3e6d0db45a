using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Browser;

/// <summary>
/// Tells the browser, in the response that announces it, that its session has ended or whose it is. A sign-out needs both sides:
/// the tag's cookies are deleted here, and a marker lets the page empty the tag's storage, which would bring them back.
/// </summary>
internal sealed class SessionMarkers(IOptionsMonitor<IntileryOptions> options, TrackingConsent consent, LifecycleDiagnostics diagnostics)
{
    // What browsers keep of one cookie, less its name and attributes.
    private const int MaxValueLength = 3000;

    private static readonly TimeSpan _resetAge = TimeSpan.FromDays(365);
    private static readonly TimeSpan _identifyAge = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Adds to a response that is about to start what its sign-ins and sign-outs mean for the browser, and nothing if they mean
    /// nothing. Never throws.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="scope">What was known of the request before.</param>
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
            // The host's response leaves as it is.
            diagnostics.Failed("notifying the browser", exception);
        }
    }

    /// <summary>Says that somebody signed in or out where no browser takes cookies from the response.</summary>
    public void OutOfReach(CapturedFact session) => diagnostics.Log.BrowserNotReset(session.EventName, Reasons.BrowserOutOfReach);

    private void Add(CookieLines lines, IntileryBrowserOptions settings, SessionOutcome outcome, HttpContext context)
    {
        var mayMark = consent.IsGiven(context);
        if (outcome.ResetKey is { } key)
        {
            if (mayMark)
            {
                // Of the session that ended: requests side by side that end one session are one reset.
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
            // No page has read it yet, and the next one is somebody else's.
            lines.Delete(settings.IdentifyCookie);
        }
    }

    private static string ValueOf(SignInSucceeded signIn) =>
        Uri.EscapeDataString(signIn.UserId) + (signIn.GroupId is { } group ? "&" + Uri.EscapeDataString(group) : null);
}
