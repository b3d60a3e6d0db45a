using System.Security.Claims;
using Intilery.AspNetCore.Enrich.Happenings;

namespace Intilery.AspNetCore.Capture;

/// <summary>
/// A stretch of work that is no request of its own: one that the application opened, an invocation of a hub, an activity of a
/// circuit. Its capture scope is made by the first happening; what happens after its end, in work that outlives it, is alone.
/// </summary>
/// <param name="facts">Reads what is known of it.</param>
/// <param name="principal">Who is at work, if anybody.</param>
internal sealed class OpenScope(Func<ScopeFacts> facts, Func<ClaimsPrincipal?>? principal = null)
{
    private readonly Lock _gate = new();
    private CaptureScope? _scope;
    private OpenedTransactions? _transactions;
    private bool _isOver;

    public CaptureScope Scope
    {
        get
        {
            lock (_gate)
            {
                return _scope ??= _isOver ? CaptureScope.Alone(facts(), isOutside: false) : new CaptureScope(facts());
            }
        }
    }

    public ClaimsPrincipal? Principal => principal?.Invoke();

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
    public (ScopeFacts Facts, IReadOnlyList<NotedHappening> Happenings)? End()
    {
        CaptureScope? scope;
        lock (_gate)
        {
            _isOver = true;
            scope = _scope;
        }

        return scope?.Take(seal: true) is { Count: > 0 } taken
            ? (scope.Facts, [.. taken.Select(entry => new NotedHappening(entry.Happening, entry.IntentId))])
            : null;
    }
}
