using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Delivery;

/// <summary>
/// Takes rows out of the outbox in order, one request at a time. The outbox is the retry: a row leaves it after the answer.
/// </summary>
internal sealed class DeliveryWorker(
    OutboxSignal signal, BatchDelivery delivery, DeliveryTarget target, DeliveryDiagnostics diagnostics, IDeliveryLease lease)
{
    private readonly TimeProvider _time = diagnostics.Time;
    private bool _holdsLease;

    /// <summary>Delivers until the first token is canceled; a request under way then goes on until the second is.</summary>
    public async Task RunAsync(CancellationToken stopping, CancellationToken givingUp)
    {
        while (!stopping.IsCancellationRequested)
        {
            // Once for both: the options may change in between, and rows are delivered to where they were captured for.
            var current = target.Current;
            try
            {
                var rows = await ReadAsync(current, stopping).ConfigureAwait(false);
                if (rows.Count == 0)
                {
                    await WaitForRowsAsync(stopping).ConfigureAwait(false);
                }
                else if (await delivery.DeliverAsync(current, rows, givingUp).ConfigureAwait(false) is { } delay)
                {
                    await target.WaitAsync(current, delay, stopping).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException)
            {
                // Stopped, or time to look; the loop's condition knows which.
            }
            catch (Exception exception)
            {
                diagnostics.WorkerFailed(exception);
                await target.WaitAsync(current, Backoff.First, stopping).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Delivers what waits until nothing does or the time is over; until an attempt fails, if the outbox keeps the rest, else again
    /// and again.
    /// </summary>
    public async Task DrainAsync(bool isKept, CancellationToken deadline)
    {
        while (!deadline.IsCancellationRequested)
        {
            var current = target.Current;
            try
            {
                var rows = await ReadAsync(current, deadline).ConfigureAwait(false);
                if (rows.Count == 0)
                {
                    return;
                }

                if (await delivery.DeliverAsync(current, rows, deadline).ConfigureAwait(false) is { } delay)
                {
                    if (isKept)
                    {
                        return;
                    }

                    await target.WaitAsync(current, delay, deadline).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException)
            {
                // The deadline.
            }
            catch (Exception exception)
            {
                diagnostics.WorkerFailed(exception);
                return;
            }
        }
    }

    private async Task WaitForRowsAsync(CancellationToken stopping)
    {
        // Rows become due without a signal, and other processes give none: look from time to time.
        using var tick = new CancellationTokenSource(lease.LookEvery, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, tick.Token);
        await signal.WaitAsync(either.Token).ConfigureAwait(false);
    }

    private async ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(DeliverySettings current, CancellationToken cancellationToken)
    {
        var held = _holdsLease;
        _holdsLease = await lease.TryHoldAsync(cancellationToken).ConfigureAwait(false);
        if (_holdsLease && !held)
        {
            // The trial clock goes with the lease.
            signal.SetTrials();
        }

        return _holdsLease ? await delivery.ReadAsync(current, cancellationToken).ConfigureAwait(false) : [];
    }
}
