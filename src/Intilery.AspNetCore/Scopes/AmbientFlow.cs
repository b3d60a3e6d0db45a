namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// What flows with the code of a scope, and with everything that it starts: timers and loops too, which may live for ever. A holder,
/// emptied when the work ends, so that what outlives it is nobody's work and keeps nobody in memory.
/// </summary>
/// <param name="scope">The scope.</param>
/// <param name="around">What the code was in before; <see langword="null"/> if that is a request, or nothing.</param>
/// <param name="isOfRequest">Whether the code is a request's own, if it is in no scope; that of a hub or circuit is not.</param>
internal sealed class AmbientFlow(OpenScope scope, AmbientFlow? around, bool isOfRequest)
{
    private readonly Lock _gate = new();
    private OpenScope? _scope = scope;
    private bool _isOver;
    private bool _isComplete;

    public bool IsOfRequest => isOfRequest;

    /// <summary>Gets the scope, or the one around it that is not over.</summary>
    public OpenScope? Scope
    {
        get
        {
            for (var flow = this; flow is not null; flow = flow.Around)
            {
                if (Volatile.Read(ref flow._scope) is { IsClosed: false } open)
                {
                    return open;
                }
            }

            return null;
        }
    }

    public AmbientFlow? Around => around;

    /// <summary>Ends the work.</summary>
    /// <param name="continuation">The scope of the part of the work that goes on, if some does; see <see cref="Complete"/>.</param>
    public void End(OpenScope? continuation = null)
    {
        lock (_gate)
        {
            _isOver = true;
            _scope = _isComplete ? null : continuation;
        }
    }

    /// <summary>Notes that no part of the work goes on.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            if (_isOver)
            {
                _scope = null;
            }
        }
    }
}
