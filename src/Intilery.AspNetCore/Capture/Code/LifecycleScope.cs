using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Capture.Code;

/// <summary>The application's hold on the scope that it opened.</summary>
internal sealed class LifecycleScope : ILifecycleScope
{
    private readonly TrackingScopes _scopes;
    private readonly TrackingScope _scope;
    private readonly ScopeFlow _flow;
    private int _isDisposed;

    public LifecycleScope(TrackingScopes scopes, TrackingScope scope)
    {
        _scopes = scopes;
        _scope = scope;
        _flow = scopes.Enter(scope, isWithin: true);
    }

    // Not asynchronous, for the caller is to be back in the scope before.
    public ValueTask DisposeAsync() => Leave() ? _scopes.EndAsync(_scope) : ValueTask.CompletedTask;

    public void Dispose()
    {
        if (Leave())
        {
            _scopes.End(_scope);
        }
    }

    private bool Leave()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return false;
        }

        _scopes.Leave(_flow);
        return true;
    }
}

/// <summary>The scope of an application that is not tracked.</summary>
internal sealed class InertScope : ILifecycleScope
{
    public static readonly InertScope Instance = new();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void Dispose()
    {
    }
}
