using System.Collections.Concurrent;
using System.Security.Claims;
using Intilery.AspNetCore.Browser;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// Finds the current scope, and commits scopes. A request's scope is created by its first fact: a request without facts costs nothing.
/// </summary>
internal sealed class TrackingScopes(
    RequestAccessor accessor,
    Lazy<IScopeCommitter> committer,
    ScopeContextReader scopeContext,
    SessionMarkers markers,
    LifecycleDiagnostics diagnostics)
{
    private readonly AsyncLocal<ScopeFlow?> _current = new();

    // Scopes with intents: a strong reference keeps them alive, because their own process commits them.
    private readonly ConcurrentDictionary<string, TrackingScope> _open = new(StringComparer.Ordinal);

    // Feature collections are not thread-safe.
    private readonly Lock _gate = new();

    /// <summary>
    /// Gets the current scope, if it is not a request's; <see langword="null"/> outside of any, and in work that outlives its scope.
    /// </summary>
    public TrackingScope? Current => _current.Value?.Scope;

    /// <summary>Gets the current request; <see langword="null"/> in scopes of other kinds, and outside of any.</summary>
    public HttpContext? Request => _current.Value is not { } flow || (flow.IsOfRequest && flow.Scope is null) ? accessor.HttpContext : null;

    /// <summary>Gets the current principal, as the host sees it.</summary>
    public ClaimsPrincipal? Principal => PrincipalOf(null);

    /// <summary>
    /// Gets the scope in which a transaction is opened, if any. A request's scope is created for it, and attached to the request by its
    /// first fact.
    /// </summary>
    public TrackingScope? CurrentForTransactions => Current is { IsContinuation: false } open ? open
        : Current is null && Request is { } context ? RequestScopeOf(context).Scope
        : null;

    /// <summary>Returns the scope of a request, or <see langword="null"/> if no fact was captured in it.</summary>
    public static TrackingScope? KnownOf(HttpContext context) =>
        context.Features.Get<RequestScope>() is { IsAttached: true } known ? known.Scope : null;

    /// <summary>
    /// Returns whether a change becomes an event. Outside any scope, in seeding or imports, created users, accounts and trials do not,
    /// nor do deleted accounts, whose actor is unknown. The end of a trial does: its user is the one who started it.
    /// </summary>
    public static bool IsEvent(TrackingScope scope, CapturedFact fact) =>
        !scope.IsOutside
            || fact is not (UserCreated or UserConfirmed or EventTracked { IsSeen: true, Event: AccountCreated or AccountDeleted or TrialStarted });

    /// <summary>
    /// Registers a request that is authenticated. A part of a batch, which the server does not know, becomes the current request.
    /// </summary>
    public void Authenticates(HttpContext context) => accessor.EnterPart(context);

    /// <summary>Returns the scope of a request; <see langword="null"/> if its response can no longer wait for a commit.</summary>
    /// <param name="context">The request.</param>
    /// <param name="personId">The user of the caller's session, for schemes that are not the default one.</param>
    public TrackingScope? Of(HttpContext context, string? personId)
    {
        if (KnownOf(context) is { } known)
        {
            return known;
        }

        if (context.Response.HasStarted)
        {
            return null;
        }

        var request = RequestScopeOf(context);
        lock (_gate)
        {
            if (request.IsAttached)
            {
                return request.Scope;
            }

            (request.IsAttached, request.PersonId) = (true, personId);
        }

        // Read now: later code may change the request's user.
        _ = request.Scope.Context;
        Attach(context.Response, request);
        if (accessor.Whole is { } whole && whole != context && !whole.Response.HasStarted)
        {
            request.IsPart = true;

            // No server sends the response of a part of a batch: its callbacks never run, but those of the whole batch do.
            Attach(whole.Response, request);
        }

        return request.Scope;
    }

    /// <summary>Returns who is at work, as the host sees it.</summary>
    /// <param name="services">The services of the context that the work saves with, if it does.</param>
    public ClaimsPrincipal? PrincipalOf(IServiceProvider? services) =>
        _current.Value?.Find(services) is { } open ? open.Principal : Request?.User;

    /// <summary>Returns the scope of a change: the current one, or a new one for the change alone.</summary>
    /// <param name="services">The services of the context that the change is saved with, if it is.</param>
    public TrackingScope OfChange(IServiceProvider? services = null)
    {
        if (_current.Value?.Find(services) is { KnownContext: { } known } open)
        {
            return open.IsContinuation ? TrackingScope.Alone(known) : open;
        }

        return Request is { } context
            ? Of(context, null) ?? TrackingScope.Alone(scopeContext.OfRequest(context, null))
            : TrackingScope.Alone(scopeContext.OfNobody(), isOutside: true);
    }

    /// <summary>
    /// Makes the scope the current one of its caller, and of all work that the caller starts afterwards. Synchronous: a value that an
    /// asynchronous method sets in an <see cref="AsyncLocal{T}"/> is lost when it returns.
    /// </summary>
    /// <param name="scope">The scope.</param>
    /// <param name="isWithin">
    /// Whether the scope is within the caller's work, instead of work of its own as an invocation of a hub is.
    /// </param>
    public ScopeFlow Enter(TrackingScope scope, bool isWithin)
    {
        var around = isWithin ? _current.Value : null;
        return _current.Value = new ScopeFlow(scope, around, isOfRequest: isWithin && around?.IsOfRequest != false);
    }

    /// <summary>Restores the scope that was current before <see cref="Enter"/>. Synchronous, as <see cref="Enter"/>.</summary>
    public void Leave(ScopeFlow flow)
    {
        flow.End();

        // A scope that was entered within this one, and not left yet, stays the current one.
        if (_current.Value == flow)
        {
            _current.Value = flow.Around;
        }
    }

    /// <summary>Marks the current work as complete: no part of it continues after its end.</summary>
    public void Complete() => _current.Value?.Complete();

    /// <summary>Commits a scope whose work has ended; completes when it is stored, or after the commit time-out. Never throws.</summary>
    public ValueTask EndAsync(TrackingScope scope) => CommitAsync(scope, seal: true);

    /// <summary>Commits a scope whose work has ended, without waiting for the outbox. Never throws.</summary>
    public void End(TrackingScope scope)
    {
        var facts = Take(scope, seal: true);
        if (facts.Count > 0)
        {
            Commit(scope, facts);
        }
    }

    /// <summary>Records committed facts, each in its scope; facts outside any scope are committed at once, together.</summary>
    public void Committed(IReadOnlyList<ScopeFact> facts)
    {
        Dictionary<TrackingScope, List<ScopeFact>>? alone = null;
        foreach (var fact in facts)
        {
            var scope = fact.Scope!;
            if (!IsEvent(scope, fact.Fact))
            {
                scope.Remove(fact);
                diagnostics.Suppressed(fact.Fact.EventName, Reasons.OutsideScope);
                continue;
            }

            if (fact.IntentId is null && scope.IsOpen)
            {
                Announce(scope, fact);
            }

            // The scope may end before the transaction. If both commit the fact, its intent is found once.
            var wasPending = fact.Transaction is not null;
            if (!scope.Confirm(fact, fact.Fact) && (wasPending || !scope.TryAdd(fact)))
            {
                alone ??= [];
                if (!alone.TryGetValue(scope, out var list))
                {
                    alone.Add(scope, list = []);
                }

                list.Add(fact);
            }
        }

        foreach (var (scope, list) in alone ?? [])
        {
            CommitAlone(scope, list);
        }
    }

    /// <summary>Records a committed fact in its scope, or by itself if the scope is over.</summary>
    public void Record(TrackingScope scope, CapturedFact fact) => Committed([new ScopeFact(fact) { Scope = scope }]);

    /// <summary>
    /// Records an event that the application tracks: in its scope, or at once if there is none or the scope has committed, because a
    /// response such as a stream may end hours later.
    /// </summary>
    public ValueTask RecordAsync(TrackingScope scope, CapturedFact fact, CancellationToken cancellationToken)
    {
        if (scope.IsUncommitted)
        {
            Record(scope, fact);
            return default;
        }

        diagnostics.Metrics.Captured(fact.Kind);
        Locate(scope);
        var facts = new[] { new ScopeFact(fact) { State = FactState.Confirmed } };
        if (CurrentForTransactions?.HoldsOutbox == true)
        {
            committer.Value.Commit(scope.ContextNow(), facts);
            return default;
        }

        return committer.Value.CommitAsync(scope.ContextNow(), facts, cancellationToken);
    }

    /// <summary>Counts facts whose transaction was rolled back.</summary>
    public void RolledBack(IReadOnlyList<ScopeFact> facts)
    {
        foreach (var fact in facts)
        {
            fact.Scope!.RollBack(fact);
            diagnostics.Suppressed(fact.Fact.EventName, Reasons.RolledBack);
        }
    }

    /// <summary>Commits the scopes that waited for a transaction that has ended, unless they wait for another one. Does not wait.</summary>
    public void Ended(IReadOnlyList<TrackingScope> scopes)
    {
        foreach (var scope in scopes)
        {
            if (scope.EndWaiting())
            {
                // Not on the committing thread of the application: a scope may have thousands of facts.
                var facts = Take(scope, seal: false);
                scope.Committing = Task.Run(async () => await CommitTakenAsync(scope, facts).ConfigureAwait(false), CancellationToken.None);
            }
        }
    }

    /// <summary>
    /// Registers the intent that was written for a fact: until the fact is committed, this process keeps the scope to commit it.
    /// </summary>
    public void Announced(TrackingScope scope, ScopeFact fact)
    {
        if (scope.Announced(fact))
        {
            _open[scope.Context.Id] = scope;
        }
    }

    /// <summary>Drops facts whose save has failed, and with it the transaction of their intents.</summary>
    public void NotSaved(IReadOnlyList<ScopeFact> facts)
    {
        foreach (var fact in facts)
        {
            if (fact is { IntentId: not null, Scope: { } scope })
            {
                scope.BeginCommit([fact]);
                Stored(scope, [fact]);
            }
        }
    }

    /// <summary>Ends the commit of facts: they are stored, or lost.</summary>
    public void Stored(TrackingScope scope, IReadOnlyList<ScopeFact> facts)
    {
        if (scope.EndCommit(facts))
        {
            _open.TryRemove(new(scope.Context.Id, scope));
        }
    }

    /// <summary>Gets how many scopes have intents that are not committed yet.</summary>
    public int OpenCount => _open.Count;

    /// <summary>Returns whether this process will still commit the intents of a scope.</summary>
    public bool IsOpen(string scopeId)
    {
        if (!_open.TryGetValue(scopeId, out var scope))
        {
            return false;
        }

        if (scope.IsAlive)
        {
            return true;
        }

        // Its transaction was committed behind EF Core's back, after the end of the scope.
        _open.TryRemove(new(scopeId, scope));
        return false;
    }

    private static void Attach(HttpResponse response, RequestScope request)
    {
        response.OnStarting(static state => ((RequestScope)state).RespondAsync(), request);
        response.OnCompleted(static state => ((RequestScope)state).CompleteAsync(), request);
    }

    private RequestScope RequestScopeOf(HttpContext context)
    {
        if (context.Features.Get<RequestScope>() is { } known)
        {
            return known;
        }

        lock (_gate)
        {
            if (context.Features.Get<RequestScope>() is not { } request)
            {
                context.Features.Set(request = new RequestScope(this, context));
            }

            return request;
        }
    }

    private ScopeContext Describe(HttpContext context, string? personId) => scopeContext.OfRequest(context, personId);

    private void Announce(TrackingScope scope, ScopeFact fact)
    {
        if (committer.Value.Announce(scope.Context, fact.Fact) is { } intent)
        {
            fact.IntentId = intent;
            Announced(scope, fact);
        }
    }

    private void Locate(TrackingScope scope)
    {
        if (Request is { } context)
        {
            scope.Locate(context, diagnostics);
        }
    }

    private async ValueTask CommitAsync(TrackingScope scope, bool seal)
    {
        // A transaction that EF Core did not begin may have ended without a callback where transactions keep their connection, as MySQL's
        // do.
        if (seal && committer.Value.MayMissEnds && scope.Pending() is { Count: > 0 } pending)
        {
            await committer.Value.ConfirmStoredAsync(pending, CancellationToken.None).ConfigureAwait(false);
        }

        var facts = Take(scope, seal);
        if (facts.Count == 0)
        {
            return;
        }

        if (scope.HoldsOutbox)
        {
            Commit(scope, facts);
        }
        else
        {
            await CommitTakenAsync(scope, facts).ConfigureAwait(false);
        }
    }

    private IReadOnlyList<ScopeFact> Take(TrackingScope scope, bool seal)
    {
        var taken = scope.Take(seal, out var unconfirmed);
        diagnostics.Unconfirmed(unconfirmed);
        return taken;
    }

    private void CommitAlone(TrackingScope scope, IReadOnlyList<ScopeFact> facts)
    {
        Locate(scope);
        scope.BeginCommit(facts);
        _ = CommitTakenAsync(scope, facts).AsTask();
    }

    private void Commit(TrackingScope scope, IReadOnlyList<ScopeFact> facts)
    {
        try
        {
            committer.Value.Commit(scope.Context, facts);
        }
        catch (Exception exception)
        {
            // What was done in the scope is done.
            Stored(scope, facts);
            diagnostics.Failed("committing a scope", exception);
        }
    }

    // No token: a client that aborts does not undo what happened.
    private async ValueTask CommitTakenAsync(TrackingScope scope, IReadOnlyList<ScopeFact> facts)
    {
        try
        {
            await committer.Value.CommitAsync(scope.Context, facts, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // What was done in the scope is done.
            Stored(scope, facts);
            diagnostics.Failed("committing a scope", exception);
        }
    }

    // Before the response that announces success is sent.
    private async Task RespondAsync(HttpContext context, TrackingScope scope)
    {
        try
        {
            Mark(context, scope, isSent: true);
            if (scope.BeginWaiting() is not { } unwritten)
            {
                await CommitAsync(scope, seal: false).ConfigureAwait(false);
                return;
            }

            foreach (var fact in unwritten)
            {
                Announce(scope, fact);
            }

            if (unwritten.Count > 0 && !scope.HoldsOutbox)
            {
                await committer.Value.StoreAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            // A callback that throws would turn the host's 200 into a 500.
            diagnostics.Failed("committing a scope", exception);
        }
    }

    // Also at the end of the request: after an exception or an abort no response starts.
    private async Task CompleteAsync(HttpContext context, TrackingScope scope, bool isPart)
    {
        try
        {
            // A response that never started, because the client disconnected, has set no cookie. The response of a part of a batch never
            // starts.
            Mark(context, scope, isSent: isPart || context.Response.HasStarted);
            await scope.Committing.ConfigureAwait(false);
            await CommitAsync(scope, seal: true).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The request is over.
            diagnostics.Failed("committing a scope", exception);
        }
    }

    private void Mark(HttpContext context, TrackingScope scope, bool isSent)
    {
        try
        {
            Mark(context, scope, isSent ? context.Response.Headers.SetCookie : default);
        }
        catch (Exception exception)
        {
            // The response of a part of a batch may be gone; the facts are committed nevertheless.
            diagnostics.Failed("comparing sessions with a response", exception);
        }
    }

    private void Mark(HttpContext context, TrackingScope scope, StringValues setCookie)
    {
        var (sessions, withdrawn) = scope.Respond(setCookie);
        foreach (var fact in withdrawn)
        {
            diagnostics.Suppressed(fact.Fact.EventName, Reasons.CookieWithdrawn);
        }

        foreach (var fact in sessions)
        {
            if (!fact.HasCookies)
            {
                markers.OutOfReach(fact.Fact);
            }
        }

        markers.Write(context, scope.Context, [.. sessions.Where(fact => fact.HasCookies).Select(fact => fact.Fact)]);
        scope.Locate(context, diagnostics);
    }

    // The request feature that holds the scope.
    private sealed class RequestScope
    {
        private readonly TrackingScopes _scopes;
        private readonly HttpContext _context;

        public RequestScope(TrackingScopes scopes, HttpContext context)
        {
            (_scopes, _context) = (scopes, context);
            Scope = new TrackingScope(() => scopes.Describe(context, PersonId), () => context.User);
        }

        public TrackingScope Scope { get; }

        /// <summary>Gets or sets the user of the session of the first fact.</summary>
        public string? PersonId { get; set; }

        /// <summary>Gets or sets a value indicating whether it is a part of a batch request.</summary>
        public bool IsPart { get; set; }

        /// <summary>Gets or sets a value indicating whether a fact was captured in it.</summary>
        public bool IsAttached { get; set; }

        public Task RespondAsync() => _scopes.RespondAsync(_context, Scope);

        public Task CompleteAsync() => _scopes.CompleteAsync(_context, Scope, IsPart);
    }
}

/// <summary>
/// The value that flows with the code of a scope, and with all work that the code starts, such as timers and loops that never end. The
/// scope is removed from it when the work ends, so that work that continues has no scope and keeps none in memory.
/// </summary>
/// <param name="scope">The scope.</param>
/// <param name="around">The flow that was current before; <see langword="null"/> in a request or outside any scope.</param>
/// <param name="isOfRequest">Whether the code outside the scope is a request's; that of a hub or circuit is not.</param>
internal sealed class ScopeFlow(TrackingScope scope, ScopeFlow? around, bool isOfRequest)
{
    private readonly Lock _gate = new();
    private TrackingScope? _scope = scope;
    private bool _isOver;
    private bool _isComplete;

    public bool IsOfRequest => isOfRequest;

    /// <summary>Gets the scope, or the one around it that is not over.</summary>
    public TrackingScope? Scope => Find(null);

    public ScopeFlow? Around => around;

    /// <summary>Returns the scope, or the one around it that is not over.</summary>
    /// <param name="services">The services of the context that the code under way saves with, if it does.</param>
    public TrackingScope? Find(IServiceProvider? services)
    {
        for (var flow = this; flow is not null; flow = flow.Around)
        {
            if (Volatile.Read(ref flow._scope) is { } open && open.Includes(services))
            {
                return open;
            }
        }

        return null;
    }

    /// <summary>Ends the work.</summary>
    /// <param name="continuation">The scope of the part of the work that continues, if any; see <see cref="Complete"/>.</param>
    public void End(TrackingScope? continuation = null)
    {
        lock (_gate)
        {
            _isOver = true;
            _scope = _isComplete ? null : continuation;
        }
    }

    /// <summary>Marks the work as complete: no part of it continues.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            if (_isOver)
            {
                _scope = null;
            }
        }
    }
}
