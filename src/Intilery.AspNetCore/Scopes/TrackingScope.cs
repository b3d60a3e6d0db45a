using System.Security.Claims;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// The unit of capture: what happens within one request, hub invocation, circuit activity or <c>BeginScope</c>, or in one change alone. It owns
/// its facts, what is known of it, the transactions that its work has opened, and its intents. It commits once, whole; what happens later in
/// a response that goes on is committed by itself. An object of its own, because a server reuses its <c>HttpContext</c> for the next request.
/// </summary>
/// <param name="describe">Reads what is known of the scope when something first happens in it.</param>
/// <param name="principal">Returns who is at work; <see langword="null"/> if nobody is.</param>
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

    /// <summary>Makes a scope of which everything is known already.</summary>
    public TrackingScope(ScopeContext context)
        : this(() => context)
    {
    }

    /// <summary>Makes a scope for one change that nothing else can join.</summary>
    /// <param name="context">What is known of it.</param>
    /// <param name="isOutside">Whether no work was under way: seeding, or an import.</param>
    public static TrackingScope Alone(ScopeContext context, bool isOutside = false) => new(context) { IsOutside = isOutside, _isSealed = true };

    /// <summary>Makes the scope of what goes on after the end of a scope: no fact in it waits for another, so that each is alone.</summary>
    public static TrackingScope Continuation(Func<ScopeContext> describe, Func<ClaimsPrincipal?>? principal) => new(describe, principal) { IsContinuation = true, _isSealed = true };

    /// <summary>Gets what is known of the scope, from its first fact on.</summary>
    public ScopeContext Context => KnownContext ?? throw new InvalidOperationException("The scope is closed.");

    /// <summary>Gets what is known of the scope; <see langword="null"/> if it was closed before its first fact.</summary>
    public ScopeContext? KnownContext => IsContinuation ? Volatile.Read(ref _describe)?.Invoke() : Volatile.Read(ref _context) ?? Describe();

    /// <summary>Gets who is at work, as the application sees it now.</summary>
    public ClaimsPrincipal? Principal => Volatile.Read(ref _principal)?.Invoke();

    /// <summary>Gets a value indicating whether no work was under way: it is of one change alone, of seeding or an import.</summary>
    public bool IsOutside { get; private init; }

    /// <summary>Gets a value indicating whether each of its facts is alone.</summary>
    public bool IsContinuation { get; private init; }

    /// <summary>Gets the id of the user at work: signed in within the scope, or before it.</summary>
    public string? PersonId => Volatile.Read(ref _signedIn) ?? Context.PersonId;

    /// <summary>Gets a value indicating whether what joins it now is committed with it: it has not committed yet.</summary>
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

    /// <summary>Gets a value indicating whether more can join it.</summary>
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

    /// <summary>Gets a value indicating whether nothing belongs to it any more.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>
    /// Gets a value indicating whether the work under way has a transaction open on the outbox's database. On a database with one writer the
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
    /// Gets a value indicating whether this process still commits the scope's intents: the scope is open, one of its commits is under way, or
    /// facts hang on a save or a transaction that has not ended.
    /// </summary>
    public bool IsAlive
    {
        get
        {
            lock (_gate)
            {
                return !_isSealed || _commits > 0 || _intents?.Values.Any(static fact => fact.State == FactState.Attempted && !fact.HasUnknownOutcome) == true;
            }
        }
    }

    /// <summary>Gets or sets the commit that began when the last transaction ended.</summary>
    public Task Committing { get; set; } = Task.CompletedTask;

    /// <summary>Removes the browser: the person at it acts in somebody else's name.</summary>
    public void WithholdBrowser() => Change(context => context with { Browser = null });

    /// <summary>Removes the browser's anonymous id: another user has a session in the browser too.</summary>
    public void WithholdAnonymousId() => Change(context => context.Browser is { AnonymousId: not null } browser
        ? context with { Browser = browser with { AnonymousId = null } }
        : context);

    /// <summary>Names the browser, if nothing has named it so far.</summary>
    public void NameBrowser(string anonymousId) => Change(context => context.Browser is { AnonymousId: null } browser
        ? context with { Browser = browser with { AnonymousId = anonymousId } }
        : context);

    /// <summary>Sets the type of the sign-ups of this scope.</summary>
    public void SetSignUpType(string type) => Change(context => context with { SignUpType = type });

    /// <summary>
    /// Returns what is known for facts after the commit: who signed in within the scope is signed in, and after a switch of user the browser's
    /// anonymous id is still the former one's.
    /// </summary>
    public ScopeContext ContextNow()
    {
        var context = Context;
        return PersonId == context.PersonId ? context : context with
        {
            PersonId = PersonId,
            IsPersonExcluded = _isSignedInExcluded,
            IsImpersonated = false,
            Browser = context.PersonId is null ? context.Browser : context.Browser is { } browser ? browser with { AnonymousId = null } : null,
        };
    }

    /// <summary>Returns what the application's tenant resolver is asked: once for each principal, user and moment of the scope.</summary>
    public TenantQuestion QuestionOf(
        TenantResolutionMoment moment, ClaimsPrincipal? principal, string? userId, Func<TenantResolutionMoment, ClaimsPrincipal?, string?, TenantQuestion> describe)
    {
        lock (_gate)
        {
            var question = _questions?.Find(asked => asked.Moment == moment && asked.Principal == principal && (principal is not null || asked.UserId == userId));
            if (question is null)
            {
                (_questions ??= []).Add(question = describe(moment, principal, userId));
            }

            return question;
        }
    }

    /// <summary>Gives what the tenant resolver is still to be asked a copy of the request, which is there now and perhaps not later.</summary>
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
            // The resolver is asked without it.
            diagnostics.Failed("copying a request for the tenant resolver", exception);
        }
    }

    /// <summary>Notes a transaction that the work under way has opened.</summary>
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

    /// <summary>Adds a fact, unless the scope is sealed: what comes later is committed by itself.</summary>
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

    /// <summary>Confirms that a fact has happened, with what is known of it only then; returns whether it is still here.</summary>
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

    /// <summary>Returns whether a user was saved in the scope for the first time. It may have been undone since.</summary>
    public bool HasCreatedUser(string userId)
    {
        lock (_gate)
        {
            return _newUsers?.Contains(userId) == true;
        }
    }

    /// <summary>Returns whether an account was saved in the scope for the first time. It may have been undone since.</summary>
    public bool HasCreatedAccount(string account)
    {
        lock (_gate)
        {
            return _newAccounts?.Contains(account) == true;
        }
    }

    /// <summary>Removes a fact that has failed; returns whether it was still here.</summary>
    public bool Remove(ScopeFact fact)
    {
        lock (_gate)
        {
            var wasHeld = fact.IsHeld;
            fact.IsHeld = false;
            return wasHeld;
        }
    }

    /// <summary>Notes that the transaction of a fact was rolled back. The fact stays until the commit, which has to know what never happened.</summary>
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
    /// Compares the sessions that began or ended with the response that is about to start. Returns those whose cookies it carries, or that have
    /// none, and what was withdrawn: an exception handler's response carries no cookies of the request before it.
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
                if (fact is { IsHeld: true, IsOnResponse: false, Fact: SignInSucceeded or SignOutSucceeded } && (fact.State == FactState.Confirmed || fact.IsProvenByResponse))
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
    /// Lets the commit wait, if there is anything to commit and the work has a transaction open. Returns the facts that have no intent yet;
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
            return _facts.FindAll(static fact => fact is { IsHeld: true, State: FactState.Confirmed, IntentId: null, IsForBrowserAlone: false });
        }
    }

    /// <summary>Returns whether a commit that waited can begin now. It returns so once.</summary>
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
    /// Takes what is decided: what has happened, what was rolled back, and what only the outbox can decide. What is under way stays, unless the
    /// scope is sealed by this.
    /// </summary>
    /// <param name="seal">Whether nothing more joins the scope.</param>
    /// <param name="unconfirmed">The names of what was saved in transactions that ended without a callback, and with no intent that proves the outcome.</param>
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

                var isTaken = fact.State != FactState.Attempted || (fact.IntentId is not null && fact.HasUnknownOutcome) || (!seal && fact.IsProvenByResponse);
                fact.IsHeld = !isTaken && !seal;
                (isTaken ? taken : left ??= []).Add(fact);
            }

            unconfirmed = unknown ?? (IReadOnlyList<string>)[];
            _facts = seal ? [] : left ?? [];
            _commits += HasIntent(taken) ? 1 : 0;
            return taken;
        }
    }

    /// <summary>Returns the facts with intents whose transactions are, as far as this process sees, still open.</summary>
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

    /// <summary>Ends a commit: it was stored, or has failed. Returns whether no intent of the scope is left.</summary>
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

    /// <summary>Notes the intent that was written for one of its facts. Returns whether it is the only one.</summary>
    public bool Announced(ScopeFact fact)
    {
        lock (_gate)
        {
            fact.Scope = this;
            (_intents ??= [])[fact.IntentId!.Value] = fact;
            return _intents.Count == 1;
        }
    }

    /// <summary>Lets nothing belong to it any more, and forgets whose it was.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            (_describe, _principal, _transactions) = (null, null, null);
            _facts = [];
        }
    }

    private ScopeContext? Describe()
    {
        // It runs code of the host's: under no lock.
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

    private bool IsAnyOpen() => _transactions?.Exists(static transaction => !transaction.IsOver) == true || _facts.Exists(static fact => fact is { IsHeld: true, IsPending: true });

    private bool IsWithdrawn(int place, StringValues setCookie) =>
        _facts[place].IsWithdrawn(setCookie) && !_facts.Skip(place + 1).Any(later => later.IsHeld && later.Supersedes(_facts[place], setCookie));

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
