using System.Security.Claims;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// The unit of capture: what happened within one request or other scope, in order. Open until it is sealed; taken from, part by part, as it settles.
/// An object of its own, because a server uses its <c>HttpContext</c> again for the next request.
/// </summary>
internal sealed class CaptureScope(ScopeContext scopeContext)
{
    private readonly Lock _gate = new();
    private volatile ScopeContext _scopeContext = scopeContext;
    private List<ScopeEntry> _entries = [];
    private List<TenantQuestion>? _questions;
    private string? _signedIn;
    private bool _isSignedInExcluded;
    private bool _isSettling;
    private bool _isSealed;

    public ScopeContext Context => _scopeContext;

    /// <summary>Lets the browser be nobody's: the person at it acts in somebody else's name.</summary>
    public void WithholdBrowser()
    {
        lock (_gate)
        {
            _scopeContext = _scopeContext with { Browser = null };
        }
    }

    /// <summary>Lets the browser be the one of the anonymous id, if nothing has named it so far.</summary>
    public void NameBrowser(string anonymousId)
    {
        lock (_gate)
        {
            if (_scopeContext.Browser is { AnonymousId: null } browser)
            {
                _scopeContext = _scopeContext with { Browser = browser with { AnonymousId = anonymousId } };
            }
        }
    }

    /// <summary>Lets the sign-ups of this scope have the type that the application says.</summary>
    public void SetSignUpType(string type)
    {
        lock (_gate)
        {
            _scopeContext = _scopeContext with { SignUpType = type };
        }
    }

    /// <summary>Gets a value indicating whether nothing was under way: it is of one change alone, of seeding or an import.</summary>
    public bool IsOutside { get; init; }

    /// <summary>Gets the id of the user at work: signed in within the scope, or before it.</summary>
    public string? PersonId => Volatile.Read(ref _signedIn) ?? _scopeContext.PersonId;

    /// <summary>Gets a value indicating whether what joins it now is recorded soon: the response has not left yet.</summary>
    public bool IsBeforeResponse
    {
        get
        {
            lock (_gate)
            {
                return !_isSettling && !_isSealed;
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

    /// <summary>
    /// Gets, once it is sealed, the names of what was saved in transactions that ended without a word and with no intent to tell how: disposed, or
    /// committed behind EF Core's back.
    /// </summary>
    public IReadOnlyList<string> Unheard { get; private set; } = [];

    /// <summary>Makes a scope for one change that nothing else can join.</summary>
    public static CaptureScope Alone(ScopeContext scopeContext, bool isOutside) => new(scopeContext) { IsOutside = isOutside, _isSealed = true };

    /// <summary>
    /// Returns the facts for what happens once the scope has begun to settle: who signed in within it is signed in, and after a
    /// switch of user the browser's anonymous id is still the former one's.
    /// </summary>
    public ScopeContext ContextNow()
    {
        var scopeContext = _scopeContext;
        return PersonId == scopeContext.PersonId ? scopeContext : scopeContext with
        {
            PersonId = PersonId,
            IsPersonExcluded = _isSignedInExcluded,
            IsImpersonated = false,
            Browser = scopeContext.PersonId is null ? scopeContext.Browser : scopeContext.Browser is { } browser ? browser with { AnonymousId = null } : null,
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

    /// <summary>Adds an entry, unless the scope is sealed: what comes later is a scope of its own.</summary>
    public bool TryAdd(ScopeEntry entry)
    {
        lock (_gate)
        {
            if (_isSealed)
            {
                return false;
            }

            _entries.Add(entry);
            return entry.IsHeld = true;
        }
    }

    /// <summary>Confirms that an entry has succeeded, with what is known of it only then; returns whether it is still here.</summary>
    public bool Confirm(ScopeEntry entry, CapturedFact whole)
    {
        lock (_gate)
        {
            entry.Complete(whole);
            entry.IsConfirmed = true;
            if (whole is SignInSucceeded)
            {
                _signedIn = whole.UserId;
                _isSignedInExcluded = whole.IsExcluded;
            }

            return entry.IsHeld;
        }
    }

    /// <summary>Takes back an entry that has failed; returns whether it was still here.</summary>
    public bool Remove(ScopeEntry entry)
    {
        lock (_gate)
        {
            entry.IsHeld = false;
            return _entries.Remove(entry);
        }
    }

    /// <summary>Takes what has succeeded so far. What is still under way stays, unless the scope is sealed by this.</summary>
    public IReadOnlyList<ScopeEntry> Take(bool seal)
    {
        lock (_gate)
        {
            _isSettling = true;
            _isSealed |= seal;
            var taken = new List<ScopeEntry>(_entries.Count);
            var left = new List<ScopeEntry>();
            foreach (var entry in _entries)
            {
                var isTaken = entry.IsConfirmed || entry.IsLeftToOutbox || (!seal && entry.IsProvenByResponse);
                entry.IsHeld = !isTaken && !seal;
                (isTaken ? taken : left).Add(entry);
            }

            Unheard = seal ? [.. left.Where(entry => entry.HasEndedUnheard).Select(entry => entry.Fact.EventName)] : [];
            _entries = seal ? [] : left;
            return taken;
        }
    }
}
