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

    private void Note(List<CapturedFact> sessions, ScopeEntry entry)
    {
        if (entry.IsOfCookies)
        {
            sessions.Add(entry.Fact);
        }
        else if (entry.Fact is SignInSucceeded or SignOutSucceeded)
        {
            markers.OutOfReach(entry.Fact);
        }
    }

    private async Task SettleAsync(bool seal)
    {
        try
        {
            // What never started, because its client had gone, has set no cookie.
            var cookies = seal && !context.Response.HasStarted ? default : context.Response.Headers.SetCookie;
            var facts = new List<NotedFact>();
            var sessions = new List<CapturedFact>();
            var taken = scope.Take(seal);
            foreach (var (index, entry) in taken.Index())
            {
                if (entry.IsWithdrawn(cookies) && !taken.Skip(index + 1).Any(later => later.Supersedes(entry, cookies)))
                {
                    diagnostics.Suppressed(entry.Fact.EventName, Reasons.CookieWithdrawn);
                    continue;
                }

                Note(sessions, entry);
                if (!entry.IsForBrowserAlone)
                {
                    facts.Add(new NotedFact(entry.Fact, entry.IntentId));
                }
            }

            diagnostics.Unconfirmed(scope.Unheard);
            markers.Write(context, scope.Context, sessions);
            if (facts.Count > 0)
            {
                scope.Locate(context, diagnostics);
            }

            if (facts.Count > 0 && OpenedTransactions.Of(context)?.IsAnyOpen == true)
            {
                // On a database with one writer the outbox waits for this very transaction.
                settler.Settle(scope.Context, facts);
            }
            else if (facts.Count > 0)
            {
                // No token of the request: an abort by the client does not undo what happened.
                await settler.SettleAsync(scope.Context, facts, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            // A callback that throws would turn the host's 200 into a 500.
            diagnostics.Failed("settling a request", exception);
        }
    }
}
