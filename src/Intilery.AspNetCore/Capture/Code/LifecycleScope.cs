using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Capture.Code;

/// <summary>The application's hold on the scope that it opened.</summary>
internal sealed class LifecycleScope : ILifecycleScope
{
    private readonly AmbientScopes _ambient;
    private readonly OpenScope _scope;
    private readonly AmbientFlow _flow;
    private int _isDisposed;

    public LifecycleScope(AmbientScopes ambient, OpenScope scope)
    {
        _ambient = ambient;
        _scope = scope;
        _flow = ambient.Enter(scope, isWithin: true);
    }

    // Not asynchronous, for the caller is to be back in the scope before.
    public ValueTask DisposeAsync() => Leave() ? _ambient.EndAsync(_scope) : ValueTask.CompletedTask;

    public void Dispose()
    {
        if (Leave())
        {
            _ambient.End(_scope);
        }
    }

    private bool Leave()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return false;
        }

        _ambient.Leave(_flow);
        return true;
    }
}
