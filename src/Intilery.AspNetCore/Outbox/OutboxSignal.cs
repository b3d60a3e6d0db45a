namespace Intilery.AspNetCore.Outbox;

/// <summary>Tells the worker that there may be something to read. Many sets before a wait are one.</summary>
internal sealed class OutboxSignal : IDisposable
{
    private readonly SemaphoreSlim _set = new(0, 1);

    public void Set()
    {
        lock (_set)
        {
            if (_set.CurrentCount == 0)
            {
                _set.Release();
            }
        }
    }

    public Task WaitAsync(CancellationToken cancellationToken) => _set.WaitAsync(cancellationToken);

    public void Dispose() => _set.Dispose();
}
