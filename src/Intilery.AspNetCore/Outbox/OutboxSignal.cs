namespace Intilery.AspNetCore.Outbox;

/// <summary>Signals the delivery worker that there may be new rows. Several signals before a wait count as one.</summary>
internal sealed class OutboxSignal : IDisposable
{
    private readonly SemaphoreSlim _rows = new(0, 1);
    private readonly SemaphoreSlim _trials = new(0, 1);

    public void Set() => Set(_rows);

    /// <summary>Signals the trial clock that a trial may end earlier than scheduled.</summary>
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
