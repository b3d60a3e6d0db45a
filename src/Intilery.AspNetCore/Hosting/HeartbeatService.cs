
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Shows the processes that share an outbox that this one is alive, for as long as it is.</summary>
internal sealed class HeartbeatService(INodeHeartbeat heartbeat, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan _longestGoodbye = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Starts; the returned task completes after the first beat.</summary>
    public Task StartAsync()
    {
        var first = heartbeat.BeatAsync(_stopping.Token);
        _running = RunAsync(first);
        return first;
    }

    /// <summary>Hands over to the other processes.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        using var goodbye = new CancellationTokenSource(_longestGoodbye, time);
        await Task.WhenAny(EndAsync(goodbye.Token), Task.Delay(Timeout.InfiniteTimeSpan, goodbye.Token)).ConfigureAwait(false);
    }

    public void Dispose()
    {
        // A host whose start failed is disposed without a stop. Not disposed: a stop may be under way, and nothing is to be freed.
        _stopping.Cancel();
    }

    private async Task EndAsync(CancellationToken goodbye)
    {
        await _running.ConfigureAwait(false);
        await heartbeat.LeaveAsync(goodbye).ConfigureAwait(false);
    }

    private async Task RunAsync(Task first)
    {
        try
        {
            await first.ConfigureAwait(false);
            while (true)
            {
                await Task.Delay(heartbeat.Every, time, _stopping.Token).ConfigureAwait(false);
                await heartbeat.BeatAsync(_stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }
}
