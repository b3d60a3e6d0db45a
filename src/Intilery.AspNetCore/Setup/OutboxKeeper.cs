using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Enrich;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Setup;

/// <summary>Keeps an outbox that several processes share: shows that this one is alive, and settles what others left behind.</summary>
internal sealed class OutboxKeeper(
    IOutboxUpkeep upkeep, IOutboxReader outbox, IntentRecovery recovery, LifecycleDiagnostics diagnostics, TimeProvider time) : IDisposable
{
    // A settlement may wait in memory, or leave what it cannot read: neither is tried again at every beat.
    private static readonly TimeSpan _again = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _longestGoodbye = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _settling = new();
    private Dictionary<long, long> _tried = [];
    private Task _running = Task.CompletedTask;

    /// <summary>Starts; the returned task completes after the first beat.</summary>
    public Task Start()
    {
        var first = upkeep.BeatAsync(_stopping.Token);
        _running = RunAsync(first);
        return first;
    }

    /// <summary>Settles nothing more: the outbox is about to take nothing more. The signs of life go on.</summary>
    public void StopSettling() => _settling.Cancel();

    /// <summary>Hands over to the other processes.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        using var goodbye = new CancellationTokenSource(_longestGoodbye, time);
        await Task.WhenAny(EndAsync(goodbye.Token), Task.Delay(Timeout.InfiniteTimeSpan, goodbye.Token)).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        _settling.Dispose();
    }

    private async Task EndAsync(CancellationToken goodbye)
    {
        await _running.ConfigureAwait(false);
        await upkeep.LeaveAsync(goodbye).ConfigureAwait(false);
    }

    private async Task RunAsync(Task first)
    {
        try
        {
            await first.ConfigureAwait(false);
            while (true)
            {
                await Task.Delay(upkeep.Every, time, _stopping.Token).ConfigureAwait(false);
                await upkeep.BeatAsync(_stopping.Token).ConfigureAwait(false);
                if (!_settling.IsCancellationRequested)
                {
                    await RecoverAsync(_settling.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task RecoverAsync(CancellationToken settling)
    {
        try
        {
            var now = time.GetTimestamp();
            var orphans = await outbox.ReadOrphanedIntentsAsync(settling).ConfigureAwait(false);
            var due = orphans.Where(intent => !_tried.TryGetValue(intent.Id, out var at) || time.GetElapsedTime(at, now) >= _again).ToList();
            _tried = orphans.ToDictionary(intent => intent.Id, intent => due.Contains(intent) ? now : _tried[intent.Id]);
            await recovery.RecoverAsync(due, settling).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // What is left is the others'.
        }
        catch (Exception exception)
        {
            // The next beat tries again.
            diagnostics.Failed("settling what other processes left", exception);
        }
    }
}
