using Intilery.AspNetCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Background work that runs until the application stops.</summary>
internal interface IBackgroundLoop
{
    /// <summary>Gets the activity of the loop, for the log line that reports its failure.</summary>
    string Activity { get; }

    /// <summary>Runs until the token is cancelled. An exception is logged, and the loop is run again after a pause.</summary>
    Task RunAsync(CancellationToken stopping);
}

/// <summary>
/// Runs the background loops and, if events are stored, the outbox, while tracking is on. A stop takes at most
/// <c>Delivery:ShutdownTimeout</c>, whatever hangs.
/// </summary>
internal sealed class TrackingRuntime(
    IReadOnlyList<IBackgroundLoop> loops,
    OutboxRuntime? outbox,
    StartupReport report,
    IOptionsMonitor<IntileryOptions> options,
    TimeProvider time,
    LifecycleDiagnostics diagnostics) : IDisposable
{
    /// <summary>How long after a failure a loop runs again.</summary>
    public static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(15);

    // How long the first request waits at most for the outbox: an unavailable database does not prevent the start.
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(2);

    // Cancelled and never disposed: a stop may run concurrently with a disposal, or after it. Without timers there is nothing to release.
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _givingUp = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _gate = new();
    private Task _ready = Task.CompletedTask;
    private Task _loops = Task.CompletedTask;
    private Task? _stopped;
    private volatile bool _isDisposed;

    /// <summary>Opens the outbox, whose failure fails the start, and starts the loops.</summary>
    public void Start()
    {
        outbox?.Open();
        _ready = outbox is null ? Task.CompletedTask : Task.Run(() => OnceAsync("preparing the outbox", outbox.PrepareAsync));

        // The report uses the host's services, which may be slow or fail: only the stop waits for it.
        var reported = Task.Run(() => OnceAsync("reporting the start", _ => report.WriteAsync()));
        var claimed = outbox is null ? Task.CompletedTask : Task.Run(() => ClaimAsync(outbox));
        var recovered = outbox is null ? Task.CompletedTask : Task.Run(() => RecoverAsync(outbox, claimed));
        outbox?.Deliver(claimed, _stopping.Token, _givingUp.Token);
        _loops = Task.WhenAll([reported, recovered, .. loops.Select(loop => Task.Run(() => RunAsync(loop, recovered)))]);
    }

    /// <summary>Waits, for a short time, until the outbox is ready for the events of the first request.</summary>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAny(_ready, Task.Delay(_longestWait, cancellationToken)).ConfigureAwait(false);

        // The caller may block from here on, as a program that waits for a key: not on the thread that goes on with our own start.
        await Task.Yield();
    }

    /// <summary>
    /// Writes the events in memory, and delivers waiting events, until <c>Delivery:ShutdownTimeout</c> or the host's own deadline; the rest
    /// stays in the outbox. A host that is stopped from two sides stops its services twice: both wait for one stop. After a disposal it
    /// returns at once.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await using var onHostDeadline = cancellationToken.Register(GiveUp).ConfigureAwait(false);
        Task stopped;
        lock (_gate)
        {
            stopped = _stopped ??= _isDisposed ? Task.CompletedTask : Task.Run(StopOnceAsync, CancellationToken.None);
        }

        await stopped.ConfigureAwait(false);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
        }

        // A host whose start failed is disposed without a stop.
        _stopping.Cancel();
        GiveUp();
    }

    private void GiveUp()
    {
        _givingUp.Cancel();
        _ending.Cancel();
    }

    private async Task StopOnceAsync()
    {
        try
        {
            var timeout = options.CurrentValue.Delivery.ShutdownTimeout;
            using var deadline = new CancellationTokenSource(timeout, time);
            await using var onDeadline = deadline.Token.Register(GiveUp).ConfigureAwait(false);

            // The last part of the time-out is reserved for saving the events in memory, and for handing over to other nodes.
            using var drain = new CancellationTokenSource(timeout - OutboxRuntime.Reserve(timeout), time);
            await using var onDrained = drain.Token.Register(_givingUp.Cancel).ConfigureAwait(false);
            await _stopping.CancelAsync().ConfigureAwait(false);
            await _loops.WaitAsync(_givingUp.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (outbox is not null)
            {
                await outbox.StopAsync(_givingUp.Token, _ending.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (!_isDisposed)
        {
            // The host stops nevertheless; the events stay in the outbox.
            diagnostics.Failed("stopping", exception);
        }
        catch (Exception)
        {
            // The host disposed the services while they stopped: it no longer waits.
        }
    }

    private async Task ClaimAsync(OutboxRuntime outbox)
    {
        await _ready.ConfigureAwait(false);
        await OnceAsync(outbox.Recovery.Activity, outbox.ClaimAsync).ConfigureAwait(false);
    }

    private async Task RecoverAsync(OutboxRuntime outbox, Task claimed)
    {
        await claimed.ConfigureAwait(false);
        await OnceAsync(outbox.Recovery.Activity, outbox.Recovery.LookFirstAsync).ConfigureAwait(false);
    }

    private async Task RunAsync(IBackgroundLoop loop, Task recovered)
    {
        await recovered.ConfigureAwait(false);
        while (!_stopping.IsCancellationRequested)
        {
            await OnceAsync(loop.Activity, loop.RunAsync).ConfigureAwait(false);
            await Task.Delay(RestartDelay, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A failure of a loop does not affect the application.
    private async Task OnceAsync(string activity, Func<CancellationToken, Task> work)
    {
        try
        {
            await work(_stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped; the next start continues.
        }
        catch (Exception) when (_isDisposed)
        {
            // The host disposed its services without a stop, or before the stop ended.
        }
        catch (Exception exception)
        {
            diagnostics.Failed(activity, exception);
        }
    }
}
