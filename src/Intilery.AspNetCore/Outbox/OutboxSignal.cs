namespace Intilery.AspNetCore.Outbox;

/// <summary>Tells the worker that there may be something to read. Many sets before a wait are one.</summary>
internal sealed class OutboxSignal : IDisposable
{
    private readonly SemaphoreSlim _rows = new(0, 1);
    private readonly SemaphoreSlim _trials = new(0, 1);

    public void Set() => Set(_rows);

    /// <summary>Tells the trial clock that a trial may end earlier than it knew.</summary>
    public void SetTrials() => Set(_trials);

    public Task WaitAsync(CancellationToken cancellationToken) => _rows.WaitAsync(cancellationToken);

    public Task WaitForTrialsAsync(CancellationToken cancellationToken) => _trials.WaitAsync(cancellationToken);

    public void Dispose()
    {
        _rows.Dispose();
        _trials.Dispose();
    }

    private static void Set(SemaphoreSlim signal)
    {
        lock (signal)
        {
            if (signal.CurrentCount == 0)
            {
                signal.Release();
            }
        }
    }
}
