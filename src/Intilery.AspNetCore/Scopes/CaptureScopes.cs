using System.Data.Common;
using System.Security.Claims;
using Intilery.AspNetCore.Browser;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Scopes;

/// <summary>Finds the scope that something happens in. The first fact makes it: a request without one costs nothing.</summary>
internal sealed class CaptureScopes(
    RequestAccessor accessor, AmbientScopes ambient, Lazy<IScopeSettler> settler, ScopeContextReader scopeContext, SessionMarkers markers,
    LifecycleDiagnostics diagnostics)
{
    // Features are not made for two writers.
    private readonly Lock _gate = new();

    /// <summary>Returns the scope of a request; <see langword="null"/> if its response can no longer wait for anything.</summary>
    /// <param name="context">The request.</param>
    /// <param name="personId">The user of the session that the caller knows of, for schemes that are not the default one.</param>
    public CaptureScope? Of(HttpContext context, string? personId)
    {
        if (context.Features.Get<HttpCaptureScope>() is { } known)
        {
            return known.Scope;
        }

        if (context.Response.HasStarted)
        {
            return null;
        }

        // Reading the facts runs code of the host's: under no lock. Of two that meet here one stays, and the other settles nothing.
        var scope = new HttpCaptureScope(context, new CaptureScope(scopeContext.OfRequest(context, personId)), settler.Value, markers, diagnostics);
        scope.Attach();
        lock (_gate)
        {
            if (context.Features.Get<HttpCaptureScope>() is { } other)
            {
                return other.Scope;
            }

            context.Features.Set(scope);
            return scope.Scope;
        }
    }

    /// <summary>Gets the request under way; <see langword="null"/> in scopes of other kinds, and outside of any.</summary>
    public HttpContext? Request => ambient.IsOfRequest ? accessor.HttpContext : null;

    /// <summary>Gets who is at work, as the host sees it.</summary>
    public ClaimsPrincipal? Principal => ambient.Current is { } open ? open.Principal : Request?.User;

    /// <summary>Gets the transactions on the outbox's database that the work under way has open, if any.</summary>
    public OpenedTransactions? Transactions =>
        ambient.Current is { } open ? open.Transactions : Request is { } context ? OpenedTransactions.Of(context) : null;

    /// <summary>Notes a transaction that the work under way holds open on the outbox's database.</summary>
    public void Opened(DbTransaction transaction)
    {
        if (ambient.Current is { } open)
        {
            open.MakeTransactions().Add(transaction);
        }
        else if (Request is { } context)
        {
            OpenedTransactions.OrNewOf(context).Add(transaction);
        }
    }

    /// <summary>Returns the scope that a change belongs to: the one under way, or one of its own.</summary>
    public CaptureScope OfChange() => ambient.Current?.Scope is { } open ? open
        : Request is { } context ? Of(context, null) ?? CaptureScope.Alone(scopeContext.OfRequest(context, null), isOutside: false)
        : CaptureScope.Alone(scopeContext.OfNobody(), isOutside: true);

    /// <summary>
    /// Whether a change is an event: users, accounts and trials that are made outside any request, by seeding or imports, are none, and
    /// nobody is known to have deleted an account. That a trial ends is one: it is the user's who started it.
    /// </summary>
    public static bool IsEvent(CaptureScope scope, CapturedFact fact) =>
        !scope.IsOutside || fact is not (UserCreated or UserConfirmed or EventTracked { IsSeen: true, Event: AccountCreated or AccountDeleted or TrialStarted });

    /// <summary>Records a committed change in the scope under way; outside of any, it is a scope of its own and settles at once.</summary>
    public void Record(CapturedFact fact) => Record(OfChange(), fact, null);

    /// <summary>Records a committed change in its scope, with the intent that was committed with it, if any.</summary>
    public void Record(CaptureScope scope, CapturedFact fact, long? intentId)
    {
        if (!IsEvent(scope, fact))
        {
            diagnostics.Suppressed(fact.EventName, Reasons.OutsideScope);
            return;
        }

        var announced = intentId ?? (scope.IsOpen ? settler.Value.Announce(scope.Context, fact) : null);
        if (!scope.TryAdd(new ScopeEntry(fact) { IntentId = announced, IsConfirmed = true }))
        {
            SettleAlone(scope, fact, announced);
        }
    }

    /// <summary>Records that the transaction of a change that was added to its scope earlier has committed.</summary>
    public void Confirm(CaptureScope scope, ScopeEntry entry)
    {
        // The scope may be over before the transaction. Settled twice, its intent is found once.
        if (!scope.Confirm(entry, entry.Fact))
        {
            SettleAlone(scope, entry.Fact, entry.IntentId);
        }
    }

    /// <summary>
    /// Records what the application tells: in its scope, or at once if there is none or its response has left, which may end hours
    /// later as a stream does.
    /// </summary>
    public async ValueTask RecordAsync(CaptureScope scope, CapturedFact fact, CancellationToken cancellationToken)
    {
        if (scope.IsBeforeResponse)
        {
            Record(scope, fact, null);
            return;
        }

        diagnostics.Metrics.Captured(fact.Kind);
        Locate(scope);
        var noted = new NotedFact(fact, null);
        if (Transactions?.IsAnyOpen == true)
        {
            // On a database with one writer the outbox waits for this very transaction.
            settler.Value.Settle(scope.ContextNow(), [noted]);
        }
        else
        {
            await settler.Value.SettleAsync(scope.ContextNow(), [noted], cancellationToken).ConfigureAwait(false);
        }
    }

    private void SettleAlone(CaptureScope scope, CapturedFact fact, long? intentId)
    {
        Locate(scope);
        _ = SettleAloneAsync(scope.Context, new NotedFact(fact, intentId));
    }

    private void Locate(CaptureScope scope)
    {
        if (Request is { } context)
        {
            scope.Locate(context, diagnostics);
        }
    }

    private async Task SettleAloneAsync(ScopeContext scopeContext, NotedFact noted)
    {
        try
        {
            await settler.Value.SettleAsync(scopeContext, [noted], CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Nobody awaits this; the host's save has long succeeded.
            diagnostics.Failed("settling a change outside a request", exception);
        }
    }
}
