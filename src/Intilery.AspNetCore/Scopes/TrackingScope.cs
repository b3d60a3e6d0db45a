using System.Security.Claims;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// The unit of capture: one request, hub invocation, circuit activity or <c>BeginScope</c>, or a single change outside of these. It owns
/// its facts, its context, the transactions that its work has opened, and its intents. It commits once, whole; facts that are captured
/// afterwards, while the response goes on, are committed one by one. It is separate from the <c>HttpContext</c>, which the server reuses
/// for the next request.
/// </summary>
/// <param name="describe">Reads the context of the scope when its first fact is captured.</param>
/// <param name="principal">Returns the current principal; <see langword="null"/> if there is none.</param>
internal sealed class TrackingScope(Func<ScopeContext> describe, Func<ClaimsPrincipal?>? principal = null)
{
    private readonly Lock _gate = new();
    private Func<ScopeContext>? _describe = describe;
    private Func<ClaimsPrincipal?>? _principal = principal;
    private ScopeContext? _context;
    private List<ScopeFact> _facts = [];
    private HashSet<string>? _newUsers;
    private HashSet<string>? _newAccounts;
    private List<TrackedTransaction>? _transactions;
    private List<TenantQuestion>? _questions;
    private Dictionary<long, ScopeFact>? _intents;
    private int _commits;
    private string? _signedIn;
    private bool _isSignedInExcluded;
    private bool _isWaiting;
    private bool _hasCommitted;
    private bool _isSealed;
    private bool _isClosed;
    private Func<IServiceProvider?, bool>? _includes;

    /// <summary>Creates a scope whose context is known already.</summary>
    public TrackingScope(ScopeContext context)
        : this(() => context)
    {
    }

    /// <summary>Creates a scope for a single change, which nothing else can join.</summary>
    /// <param name="context">The context of the scope.</param>
    /// <param name="isOutside">Whether the change happened outside any scope: seeding, or an import.</param>
    public static TrackingScope Alone(ScopeContext context, bool isOutside = false) =>
        new(context) { IsOutside = isOutside, _isSealed = true };

    /// <summary>Creates the scope of work that continues after the end of this scope: each of its facts is committed alone.</summary>
    /// <param name="describe">Reads what is known of the work.</param>
    /// <param name="principal">Returns who is at work.</param>
    /// <param name="includes">
    /// Returns whether the code under way belongs to the work, given the services of the context that it saves with;
    /// <see langword="null"/> if everything that the work has begun does.
    /// </param>
    public static TrackingScope Continuation(
        Func<ScopeContext> describe, Func<ClaimsPrincipal?>? principal, Func<IServiceProvider?, bool>? includes = null) =>
        new(describe, principal) { IsContinuation = true, _isSealed = true, _includes = includes };

    /// <summary>Gets the context of the scope, from its first fact on.</summary>
    public ScopeContext Context => KnownContext ?? throw new InvalidOperationException("The scope is closed.");

    /// <summary>Gets the context of the scope; <see langword="null"/> if it was closed before its first fact.</summary>
    public ScopeContext? KnownContext =>
        IsContinuation ? Volatile.Read(ref _describe)?.Invoke() : Volatile.Read(ref _context) ?? Describe();

    /// <summary>Gets the current principal, as the application sees it.</summary>
    public ClaimsPrincipal? Principal => Volatile.Read(ref _principal)?.Invoke();

    /// <summary>
    /// Gets a value indicating whether it is the scope of a single change outside any scope, such as seeding or an import.
    /// </summary>
    public bool IsOutside { get; private init; }

    /// <summary>Gets a value indicating whether each of its facts is committed alone.</summary>
    public bool IsContinuation { get; private init; }

    /// <summary>Gets the id of the current user, who signed in within the scope or before it.</summary>
    public string? PersonId => Volatile.Read(ref _signedIn) ?? Context.PersonId;

    /// <summary>Gets a value indicating whether a fact that joins now is committed with it: it has not committed yet.</summary>
    public bool IsUncommitted
    {
        get
        {
            lock (_gate)
            {
                return !_hasCommitted && !_isSealed;
            }
        }
    }

    /// <summary>Gets a value indicating whether more facts can join it.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
            {
                return !_isSealed;
            }
        }
    }

    /// <summary>Gets a value indicating whether it is closed: no fact belongs to it any more.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>
    /// Gets a value indicating whether it is of a component's handler of a browser's event: the framework measures when that completes.
    /// </summary>
    public bool IsOfHandler { get; init; }

    /// <summary>
    /// Gets a value indicating whether its work has a transaction open on the outbox's database. On a database with a single writer the
    /// outbox waits for it.
    /// </summary>
    public bool HoldsOutbox
    {
        get
        {
            lock (_gate)
            {
                return _transactions?.Exists(transaction => transaction.HoldsOutbox && !transaction.IsOver) == true;
            }
        }
    }

    /// <summary>
    /// Gets a value indicating whether this process still commits the scope's intents: the scope is open, one of its commits is under way,
    /// or facts depend on a save or a transaction that has not ended.
    /// </summary>
    public bool IsAlive
    {
        get
        {
            lock (_gate)
            {
                return !_isSealed
                    || _commits > 0
                    || _intents?.Values.Any(static fact => fact.State == FactState.Attempted && !fact.HasUnknownOutcome) == true;
            }
        }
    }

    /// <summary>Gets or sets the commit that began when the last transaction ended.</summary>
    public Task Committing { get; set; } = Task.CompletedTask;

    /// <summary>Removes the browser: the person at it impersonates the user.</summary>
    public void WithholdBrowser() => Change(context => context with { Browser = null });

    /// <summary>Removes the browser's anonymous id: another user has a session in the same browser.</summary>
    public void WithholdAnonymousId() => Change(context => context.Browser is { AnonymousId: not null } browser
        ? context with { Browser = browser with { AnonymousId = null } }
        : context);

    /// <summary>Sets the browser's anonymous id, if none is set.</summary>
    public void NameBrowser(string anonymousId) => Change(context => context.Browser is { AnonymousId: null } browser
        ? context with { Browser = browser with { AnonymousId = anonymousId } }
        : context);

    /// <summary>Sets the type of the sign-ups of this scope.</summary>
    public void SetSignUpType(string type) => Change(context => context with { SignUpType = type });

    /// <summary>
    /// Returns the context for facts after the commit: a user who signed in within the scope is the current user, and after a switch of
    /// users the anonymous id, which is the former user's, is removed.
    /// </summary>
    public ScopeContext ContextNow()
    {
        var context = Context;
        return PersonId == context.PersonId ? context : context with
        {
            PersonId = PersonId,
            IsPersonExcluded = _isSignedInExcluded,
            IsImpersonated = false,
            Browser = context.PersonId is null
                ? context.Browser
                : context.Browser is { } browser
                ? browser with { AnonymousId = null }
                : null,
        };
    }

    /// <summary>Returns the question to the application's tenant resolver: one for each principal, user and moment of the scope.</summary>
    public TenantQuestion QuestionOf(
        TenantResolutionMoment moment,
        ClaimsPrincipal? principal,
        string? userId,
        Func<TenantResolutionMoment, ClaimsPrincipal?, string?, TenantQuestion> describe)
    {
        lock (_gate)
        {
            var question = _questions?.Find(
                asked => asked.Moment == moment && asked.Principal == principal && (principal is not null || asked.UserId == userId));
            if (question is null)
            {
                (_questions ??= []).Add(question = describe(moment, principal, userId));
            }

            return question;
        }
    }

    /// <summary>Gives each unasked question a copy of the request, which may be over when the resolver is asked.</summary>
    public void Locate(HttpContext context, LifecycleDiagnostics diagnostics)
    {
        List<TenantQuestion> questions;
        lock (_gate)
        {
            questions = _questions?.FindAll(question => question.Request is null) ?? [];
        }

        if (questions.Count == 0)
        {
            return;
        }

        try
        {
            var copy = RequestCopy.Of(context);
            foreach (var question in questions)
            {
                question.Request = copy;
            }
        }
        catch (Exception exception)
        {
            // The resolver is called without the copy.
            diagnostics.Failed("copying a request for the tenant resolver", exception);
        }
    }

    /// <summary>Registers a transaction that the scope's work has opened.</summary>
    public void Opened(TrackedTransaction transaction)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _transactions ??= [];
            _transactions.RemoveAll(static opened => opened.IsOver);
            if (!_transactions.Contains(transaction))
            {
                _transactions.Add(transaction);
            }
        }
    }

    /// <summary>Adds a fact, unless the scope is sealed: later facts are committed alone.</summary>
    public bool TryAdd(ScopeFact fact)
    {
        lock (_gate)
        {
            fact.Scope = this;
            if (_isSealed)
            {
                return false;
            }

            _facts.Add(fact);
            switch (fact.Fact)
            {
                case UserCreated user:
                    (_newUsers ??= new(StringComparer.Ordinal)).Add(user.UserId);
                    break;
                case EventTracked { IsSeen: true, Event: AccountCreated { GroupId: { } account } }:
                    (_newAccounts ??= new(StringComparer.Ordinal)).Add(account);
                    break;
            }

            return fact.IsHeld = true;
        }
    }

    /// <summary>Confirms a fact with its final version; returns whether the scope still contains it.</summary>
    public bool Confirm(ScopeFact fact, CapturedFact whole)
    {
        lock (_gate)
        {
            fact.Complete(whole);
            fact.State = FactState.Confirmed;
            if (whole is SignInSucceeded { Tracked: null })
            {
                _signedIn = whole.UserId;
                _isSignedInExcluded = whole.IsExcluded;
            }

            return fact.IsHeld;
        }
    }

    /// <summary>Returns whether a user was created in the scope. The creation may have been rolled back since.</summary>
    public bool HasCreatedUser(string userId)
    {
        lock (_gate)
        {
            return _newUsers?.Contains(userId) == true;
        }
    }

    /// <summary>Returns whether an account was created in the scope. The creation may have been rolled back since.</summary>
    public bool HasCreatedAccount(string account)
    {
        lock (_gate)
        {
            return _newAccounts?.Contains(account) == true;
        }
    }

    /// <summary>Removes a fact that has failed; returns whether the scope still contained it.</summary>
    public bool Remove(ScopeFact fact)
    {
        lock (_gate)
        {
            var wasHeld = fact.IsHeld;
            fact.IsHeld = false;
            return wasHeld;
        }
    }

    /// <summary>Marks a fact as rolled back. It stays until the commit, which counts it.</summary>
    public void RollBack(ScopeFact fact)
    {
        lock (_gate)
        {
            fact.State = FactState.RolledBack;
            if (fact.IntentId is { } intent)
            {
                _intents?.Remove(intent);
            }
        }
    }

    /// <summary>
    /// Compares the captured sign-ins and sign-outs with the response that is about to start. Returns those whose cookies the response
    /// carries, or that have none, and those that are withdrawn: an exception handler's response drops the cookies that were set before.
    /// </summary>
    public (IReadOnlyList<ScopeFact> Sessions, IReadOnlyList<ScopeFact> Withdrawn) Respond(StringValues setCookie)
    {
        lock (_gate)
        {
            List<ScopeFact>? sessions = null;
            List<ScopeFact>? withdrawn = null;
            for (var i = 0; i < _facts.Count; i++)
            {
                var fact = _facts[i];
                if (fact is { IsHeld: true, IsOnResponse: false, Fact: SignInSucceeded or SignOutSucceeded }
                    && (fact.State == FactState.Confirmed || fact.IsProvenByResponse))
                {
                    (IsWithdrawn(i, setCookie) ? withdrawn ??= [] : sessions ??= []).Add(fact);
                }
            }

            foreach (var fact in sessions ?? [])
            {
                fact.IsOnResponse = true;
                fact.State = FactState.Confirmed;
            }

            foreach (var fact in withdrawn ?? [])
            {
                fact.IsHeld = false;
            }

            return (sessions ?? (IReadOnlyList<ScopeFact>)[], withdrawn ?? (IReadOnlyList<ScopeFact>)[]);
        }
    }

    /// <summary>
    /// Defers the commit, if there is anything to commit and a transaction is open. Returns the facts that have no intent yet;
    /// <see langword="null"/> if there is nothing to wait for.
    /// </summary>
    public IReadOnlyList<ScopeFact>? BeginWaiting()
    {
        lock (_gate)
        {
            if (_hasCommitted || _isSealed || !IsAnyOpen() || !_facts.Exists(static fact => fact.IsHeld))
            {
                return null;
            }

            _isWaiting = true;
            return _facts.FindAll(
                static fact => fact is { IsHeld: true, State: FactState.Confirmed, IntentId: null, IsForBrowserAlone: false });
        }
    }

    /// <summary>Returns whether a deferred commit can begin now; true only once.</summary>
    public bool EndWaiting()
    {
        lock (_gate)
        {
            if (!_isWaiting || IsAnyOpen())
            {
                return false;
            }

            _isWaiting = false;
            return true;
        }
    }

    /// <summary>
    /// Takes the decided facts: those that happened, those that were rolled back, and those that only the outbox can decide. Undecided ones
    /// stay, unless the call seals the scope.
    /// </summary>
    /// <param name="seal">Whether to seal the scope, so that nothing more joins it.</param>
    /// <param name="unconfirmed">
    /// The names of facts whose transactions ended without a callback, and which have no intent that proves the outcome.
    /// </param>
    public IReadOnlyList<ScopeFact> Take(bool seal, out IReadOnlyList<string> unconfirmed)
    {
        lock (_gate)
        {
            _hasCommitted = true;
            _isWaiting = false;
            _isSealed |= seal;
            var taken = new List<ScopeFact>(_facts.Count);
            List<ScopeFact>? left = null;
            List<string>? unknown = null;
            foreach (var fact in _facts)
            {
                if (!fact.IsHeld)
                {
                    continue;
                }

                if (fact is { IsForBrowserAlone: true, IsOnResponse: true })
                {
                    fact.IsHeld = false;
                    continue;
                }

                if (fact is { HasUnknownOutcome: true, IntentId: null } && (seal || fact.Transaction!.IsOfEntityFramework))
                {
                    (unknown ??= []).Add(fact.Fact.EventName);
                    fact.State = fact.Transaction!.IsOfEntityFramework ? FactState.RolledBack : fact.State;
                }

                var isTaken = fact.State != FactState.Attempted
                    || (fact.IntentId is not null && fact.HasUnknownOutcome)
                    || (!seal && fact.IsProvenByResponse);
                fact.IsHeld = !isTaken && !seal;
                (isTaken ? taken : left ??= []).Add(fact);
            }

            unconfirmed = unknown ?? (IReadOnlyList<string>)[];
            _facts = seal ? [] : left ?? [];
            _commits += HasIntent(taken) ? 1 : 0;
            return taken;
        }
    }

    /// <summary>Returns the facts with intents whose transactions are still open, as far as this process knows.</summary>
    public IReadOnlyList<ScopeFact> Pending()
    {
        lock (_gate)
        {
            return _facts.FindAll(static fact => fact is { IsHeld: true, IsPending: true, IntentId: not null });
        }
    }

    /// <summary>Begins a commit of facts that did not join the scope.</summary>
    public void BeginCommit(IReadOnlyList<ScopeFact> facts)
    {
        lock (_gate)
        {
            _commits += HasIntent(facts) ? 1 : 0;
        }
    }

    /// <summary>Ends a commit, which was stored or has failed. Returns whether no intent of the scope is left.</summary>
    public bool EndCommit(IReadOnlyList<ScopeFact> facts)
    {
        lock (_gate)
        {
            _commits -= HasIntent(facts) ? 1 : 0;
            foreach (var fact in facts)
            {
                if (fact.IntentId is { } intent)
                {
                    _intents?.Remove(intent);
                }
            }

            return _intents is null or { Count: 0 };
        }
    }

    /// <summary>Registers the intent that was written for one of its facts. Returns whether it is the only one.</summary>
    public bool Announced(ScopeFact fact)
    {
        lock (_gate)
        {
            fact.Scope = this;
            (_intents ??= [])[fact.IntentId!.Value] = fact;
            return _intents.Count == 1;
        }
    }

    /// <summary>Closes the scope and releases its principal and context.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            (_describe, _principal, _transactions, _includes) = (null, null, null, null);
            _facts = [];
        }
    }

    /// <summary>Returns whether the code under way belongs to it, which has flowed there from its work.</summary>
    /// <param name="services">The services of the context that the code saves with, if it does.</param>
    public bool Includes(IServiceProvider? services) => !IsClosed && Volatile.Read(ref _includes)?.Invoke(services) != false;

    private ScopeContext? Describe()
    {
        // Runs the host's code, and so outside the lock.
        var described = Volatile.Read(ref _describe)?.Invoke();
        lock (_gate)
        {
            return _context ??= described;
        }
    }

    private void Change(Func<ScopeContext, ScopeContext> change)
    {
        _ = Context;
        lock (_gate)
        {
            _context = change(_context!);
        }
    }

    private bool IsAnyOpen() =>
        _transactions?.Exists(static transaction => !transaction.IsOver) == true
            || _facts.Exists(static fact => fact is { IsHeld: true, IsPending: true });

    private bool IsWithdrawn(int place, StringValues setCookie) =>
        _facts[place].IsWithdrawn(setCookie)
            && !_facts.Skip(place + 1).Any(later => later.IsHeld && later.Supersedes(_facts[place], setCookie));

    private static bool HasIntent(IReadOnlyList<ScopeFact> facts)
    {
        for (var i = 0; i < facts.Count; i++)
        {
            if (facts[i].IntentId is not null)
            {
                return true;
            }
        }

        return false;
    }
}
