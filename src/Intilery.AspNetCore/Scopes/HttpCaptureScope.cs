using Intilery.AspNetCore.Browser;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// The capture scope of a request. It settles before the response that announces its success leaves, and again when the request
/// is over: an exception or an abort never starts a response.
/// </summary>
internal sealed class HttpCaptureScope(
    HttpContext context, CaptureScope scope, IScopeSettler settler, SessionMarkers markers, LifecycleDiagnostics diagnostics)
{
    public CaptureScope Scope => scope;

    public void Attach()
    {
        context.Response.OnStarting(static state => ((HttpCaptureScope)state).SettleAsync(seal: false), this);
        context.Response.OnCompleted(static state => ((HttpCaptureScope)state).SettleAsync(seal: true), this);
    }

    private void Note(List<Happening> sessions, ScopeEntry entry)
    {
        if (entry.IsOfCookies)
        {
            sessions.Add(entry.Happening);
        }
        else if (entry.Happening is SignInSucceeded or SignOutSucceeded)
        {
            markers.OutOfReach(entry.Happening);
        }
    }

    private async Task SettleAsync(bool seal)
    {
        try
        {
            // What never started, because its client had gone, has set no cookie.
            var cookies = seal && !context.Response.HasStarted ? default : context.Response.Headers.SetCookie;
            var happenings = new List<NotedHappening>();
            var sessions = new List<Happening>();
            var taken = scope.Take(seal);
            foreach (var (index, entry) in taken.Index())
            {
                if (entry.IsWithdrawn(cookies) && !taken.Skip(index + 1).Any(later => later.Supersedes(entry, cookies)))
                {
                    diagnostics.Suppressed(entry.Happening.EventName, Reasons.CookieWithdrawn);
                    continue;
                }

                Note(sessions, entry);
                if (!entry.IsForBrowserAlone)
                {
                    happenings.Add(new NotedHappening(entry.Happening, entry.IntentId));
                }
            }

            diagnostics.Unconfirmed(scope.Unheard);
            markers.Write(context, scope.Facts, sessions);
            if (happenings.Count > 0)
            {
                scope.Locate(context, diagnostics);
            }

            if (happenings.Count > 0 && OpenedTransactions.Of(context)?.IsAnyOpen == true)
            {
                // On a database with one writer the outbox waits for this very transaction.
                settler.Settle(scope.Facts, happenings);
            }
            else if (happenings.Count > 0)
            {
                // No token of the request: an abort by the client does not undo what happened.
                await settler.SettleAsync(scope.Facts, happenings, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            // A callback that throws would turn the host's 200 into a 500.
            diagnostics.Failed("settling a request", exception);
        }
    }
}
