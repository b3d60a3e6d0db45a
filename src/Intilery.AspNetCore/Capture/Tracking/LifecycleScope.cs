namespace Intilery.AspNetCore.Capture.Tracking;

/// <summary>The application's hold on the scope that it opened.</summary>
internal sealed class LifecycleScope : ILifecycleScope
{
    private readonly AmbientScopes _ambient;
    private readonly OpenScope _scope;
    private readonly OpenScope? _before;
    private int _isDisposed;

    public LifecycleScope(AmbientScopes ambient, OpenScope scope)
    {
        _ambient = ambient;
        _scope = scope;
        _before = ambient.Enter(scope);
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

        // Disposed out of turn, the scope that was opened within this one stays the current one.
        if (_ambient.Current == _scope)
        {
            _ambient.Enter(_before);
        }

        return true;
    }
}
