using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Hosting;

/// <summary>
/// Writes the heartbeat of this process for the others that share the outbox, until it hands over to them. An outbox of a single process
/// needs none.
/// </summary>
internal sealed class OutboxHeartbeat(TimeProvider time, LifecycleDiagnostics diagnostics, INodeHeartbeat? upkeep = null) : IDisposable
{
    private static readonly TimeSpan _longestHandover = TimeSpan.FromSeconds(1);

    // Not disposed: a stop may be in progress, and there is nothing to release.
    private readonly CancellationTokenSource _stopping = new();
    private Task _beating = Task.CompletedTask;

    /// <summary>Starts; the returned task completes after the first beat.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (upkeep is not null)
        {
            var first = upkeep.BeatAsync(_stopping.Token);
            _beating = RunAsync(upkeep, first);
            await first.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Hands over to the other processes, for as long as the token allows and at most a second.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (upkeep is null)
        {
            return;
        }

        using var timeout = new CancellationTokenSource(_longestHandover, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        await LeaveAsync(upkeep, either.Token).WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // A host whose start failed is disposed without a stop.
    public void Dispose() => _stopping.Cancel();

    private async Task LeaveAsync(INodeHeartbeat upkeep, CancellationToken cancellationToken)
    {
        await _beating.ConfigureAwait(false);
        await upkeep.LeaveAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task RunAsync(INodeHeartbeat upkeep, Task first)
    {
        await TryAsync(first).ConfigureAwait(false);
        while (!_stopping.IsCancellationRequested)
        {
            await Task.Delay(upkeep.Every, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await TryAsync(upkeep.BeatAsync(_stopping.Token)).ConfigureAwait(false);
        }
    }

    private async Task TryAsync(Task beat)
    {
        try
        {
            await beat.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception exception)
        {
            // The next heartbeat may succeed.
            diagnostics.Failed("writing the heartbeat of this process", exception);
        }
    }
}
