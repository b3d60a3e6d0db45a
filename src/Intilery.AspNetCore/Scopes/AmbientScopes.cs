
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Diagnostics;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// Which scope, other than a request's, the code under way is in. It flows with the code, and into what that starts, until its work ends.
/// </summary>
internal sealed class AmbientScopes(Lazy<IScopeSettler> settler, LifecycleDiagnostics diagnostics)
{
    private readonly AsyncLocal<AmbientFlow?> _current = new();

    /// <summary>Gets the scope; <see langword="null"/> outside of any, and in what outlives its work.</summary>
    public OpenScope? Current => _current.Value?.Scope;

    /// <summary>Gets a value indicating whether the code under way is of the request that the server sees, if it sees one.</summary>
    public bool IsOfRequest => _current.Value is not { } flow || (flow.IsOfRequest && flow.Scope is null);

    /// <summary>
    /// Lets the scope be the current one of its caller, and of all that the caller starts from here on. Not asynchronous: what such a method
    /// sets is gone when it returns.
    /// </summary>
    /// <param name="scope">The scope.</param>
    /// <param name="isWithin">Whether the scope is within the caller's work, instead of work of its own as an invocation of a hub is.</param>
    public AmbientFlow Enter(OpenScope scope, bool isWithin)
    {
        var around = isWithin ? _current.Value : null;
        return _current.Value = new AmbientFlow(scope, around, isOfRequest: isWithin && around?.IsOfRequest != false);
    }

    /// <summary>Lets the caller be where it was before it entered a scope. Not asynchronous, as <see cref="Enter"/>.</summary>
    public void Leave(AmbientFlow flow)
    {
        flow.End();

        // Left out of turn, the scope that was entered within this one stays the current one.
        if (_current.Value == flow)
        {
            _current.Value = flow.Around;
        }
    }

    /// <summary>Notes that no part of the work that the code is in goes on after its end.</summary>
    public void Complete() => _current.Value?.Complete();

    /// <summary>Records what happened in a scope that has ended; completes then, or after the commit time-out. Never throws.</summary>
    public async ValueTask EndAsync(OpenScope scope)
    {
        try
        {
            if (Close(scope) is not var (scopeContext, facts))
            {
                return;
            }

            if (scope.Transactions?.IsAnyOpen == true)
            {
                // On a database with one writer the outbox waits for this very transaction.
                settler.Value.Settle(scopeContext, facts);
            }
            else
            {
                // No token: whoever called may be gone, which does not undo what happened.
                await settler.Value.SettleAsync(scopeContext, facts, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            // What was done in the scope is done.
            diagnostics.Failed("settling a scope", exception);
        }
    }

    /// <summary>Hands over what happened in a scope that has ended, without waiting for the outbox. Never throws.</summary>
    public void End(OpenScope scope)
    {
        try
        {
            if (Close(scope) is var (scopeContext, facts))
            {
                settler.Value.Settle(scopeContext, facts);
            }
        }
        catch (Exception exception)
        {
            // What was done in the scope is done.
            diagnostics.Failed("settling a scope", exception);
        }
    }

    private (ScopeContext Context, IReadOnlyList<NotedFact> Facts)? Close(OpenScope scope)
    {
        var ended = scope.End();
        diagnostics.Unconfirmed(scope.Unheard);
        return ended;
    }
}
