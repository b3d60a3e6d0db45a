using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Enrich;
using Intilery.AspNetCore.Enrich.Happenings;

namespace Intilery.AspNetCore.Capture;

/// <summary>Which scope, other than a request's, the code under way is in. It flows with the code, into what that starts, too.</summary>
internal sealed class AmbientScopes(Lazy<IScopeSettler> settler, LifecycleDiagnostics diagnostics)
{
    private readonly AsyncLocal<OpenScope?> _current = new();

    public OpenScope? Current => _current.Value;

    /// <summary>
    /// Lets the scope be the current one of its caller, and returns the one before. Not asynchronous: what such a method sets is
    /// gone when it returns.
    /// </summary>
    public OpenScope? Enter(OpenScope? scope)
    {
        var before = _current.Value;
        _current.Value = scope;
        return before;
    }

    /// <summary>Ends a scope; completes when what happened in it is recorded, or after the commit time-out. Never throws.</summary>
    public async ValueTask EndAsync(OpenScope scope)
    {
        try
        {
            if (Close(scope) is not var (facts, happenings))
            {
                return;
            }

            if (scope.Transactions?.IsAnyOpen == true)
            {
                // On a database with one writer the outbox waits for this very transaction.
                settler.Value.Settle(facts, happenings);
            }
            else
            {
                // No token: whoever called may be gone, which does not undo what happened.
                await settler.Value.SettleAsync(facts, happenings, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            // What was done in the scope is done.
            diagnostics.Failed("settling a scope", exception);
        }
    }

    /// <summary>Ends a scope without waiting for the outbox. Never throws.</summary>
    public void End(OpenScope scope)
    {
        try
        {
            if (Close(scope) is var (facts, happenings))
            {
                settler.Value.Settle(facts, happenings);
            }
        }
        catch (Exception exception)
        {
            // What was done in the scope is done.
            diagnostics.Failed("settling a scope", exception);
        }
    }

    private (ScopeFacts Facts, IReadOnlyList<NotedHappening> Happenings)? Close(OpenScope scope)
    {
        var ended = scope.End();
        diagnostics.Unconfirmed(scope.Unheard);
        return ended;
    }
}
