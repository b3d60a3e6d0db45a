using System.Security.Claims;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// A stretch of work that is no request of its own: one that the application opened, an invocation of a hub, an activity of a
/// circuit. Its capture scope is made by the first fact.
/// </summary>
/// <param name="scopeContext">Reads what is known of it.</param>
/// <param name="principal">Who is at work, if anybody.</param>
internal sealed class OpenScope(Func<ScopeContext> scopeContext, Func<ClaimsPrincipal?>? principal = null)
{
    private readonly Lock _gate = new();
    private (Func<ScopeContext> Context, Func<ClaimsPrincipal?>? Principal)? _known = (scopeContext, principal);
    private CaptureScope? _scope;
    private OpenedTransactions? _transactions;
    private bool _isOver;

    /// <summary>Makes the scope of what goes on after the end of one: nothing in it waits for anything else, so that each fact is alone.</summary>
    public static OpenScope Continuation(Func<ScopeContext> scopeContext, Func<ClaimsPrincipal?>? principal) => new(scopeContext, principal) { _isOver = true };

    /// <summary>Gets where something that happens now belongs; <see langword="null"/> once the scope is closed.</summary>
    public CaptureScope? Scope
    {
        get
        {
            lock (_gate)
            {
                return _scope is not null || _known is not { } known ? _scope
                    : _isOver ? CaptureScope.Alone(known.Context(), isOutside: false)
                    : _scope = new CaptureScope(known.Context());
            }
        }
    }

    /// <summary>Gets a value indicating whether nothing belongs to it any more.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _known is null;
            }
        }
    }

    public ClaimsPrincipal? Principal
    {
        get
        {
            Func<ClaimsPrincipal?>? principal;
            lock (_gate)
            {
                principal = _known?.Principal;
            }

            return principal?.Invoke();
        }
    }

    /// <summary>Gets the transactions that were opened within it; <see langword="null"/> if none.</summary>
    public OpenedTransactions? Transactions
    {
        get
        {
            lock (_gate)
            {
                return _transactions;
            }
        }
    }

    public OpenedTransactions MakeTransactions()
    {
        lock (_gate)
        {
            return _transactions ??= new OpenedTransactions();
        }
    }

    /// <summary>Gets, once it is over, what nobody can tell whether it happened; see <see cref="CaptureScope.Unheard"/>.</summary>
    public IEnumerable<string> Unheard => _scope?.Unheard ?? [];

    /// <summary>Ends it, and returns what happened, if anything, with the facts that hold at its end.</summary>
    public (ScopeContext Context, IReadOnlyList<NotedFact> Facts)? End()
    {
        CaptureScope? scope;
        lock (_gate)
        {
            _isOver = true;
            scope = _scope;
        }

        return scope?.Take(seal: true) is { Count: > 0 } taken
            ? (scope.Context, [.. taken.Select(entry => new NotedFact(entry.Fact, entry.IntentId))])
            : null;
    }

    /// <summary>Lets nothing belong to it any more, and forgets whose it was.</summary>
    public void Close()
    {
        lock (_gate)
        {
            (_known, _scope, _transactions) = (null, null, null);
        }
    }
}
