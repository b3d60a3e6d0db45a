using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Deliver;

/// <summary>Takes rows out of the outbox in order, one request at a time. The outbox is the retry: a row leaves it after the answer.</summary>
internal sealed class DeliveryWorker(
    IOutboxReader outbox, OutboxSignal signal, BatchDelivery delivery, Func<DeliverySettings> settings, DeliveryDiagnostics diagnostics,
    IDeliveryLease lease)
{
    private const int MaxRowsPerRead = 1000;

    private readonly TimeProvider _time = diagnostics.Time;

    /// <summary>Delivers until the first token says stop; a request under way then goes on until the second says that it must not.</summary>
    public async Task RunAsync(CancellationToken stopping, CancellationToken givingUp)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await DeliverOnceAsync(stopping, givingUp).ConfigureAwait(false))
                {
                    continue;
                }

                // Rows become due without a signal, and other processes give none: look from time to time.
                using var tick = new CancellationTokenSource(lease.LookEvery, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, tick.Token);
                await signal.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // Stopped, or time to look; the loop's condition knows which.
            }
            catch (Exception exception)
            {
                diagnostics.WorkerFailed(exception);
                await WaitAsync(Backoff.First, stopping).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Delivers what waits until nothing does, an attempt fails, or the time is over. What is left stays in the outbox.</summary>
    public async Task DrainAsync(CancellationToken deadline)
    {
        try
        {
            while (true)
            {
                var current = settings();
                var rows = await ReadAsync(current, deadline).ConfigureAwait(false);
                if (rows.Count == 0 || await delivery.DeliverAsync(current, BatchPacker.Take(rows), deadline).ConfigureAwait(false) is not null)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The deadline: the outbox keeps the rest.
        }
        catch (Exception exception)
        {
            diagnostics.WorkerFailed(exception);
        }
    }

    private async Task<bool> DeliverOnceAsync(CancellationToken stopping, CancellationToken givingUp)
    {
        // Once for both: the options may change in between, and rows are delivered to where they were captured for.
        var current = settings();
        var rows = await ReadAsync(current, stopping).ConfigureAwait(false);
        if (rows.Count == 0)
        {
            return false;
        }

        if (await delivery.DeliverAsync(current, BatchPacker.Take(rows), givingUp).ConfigureAwait(false) is { } delay)
        {
            await WaitAsync(delay, stopping).ConfigureAwait(false);
        }

        return true;
    }

    private async ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(DeliverySettings current, CancellationToken cancellationToken) =>
        await lease.TryHoldAsync(cancellationToken).ConfigureAwait(false)
            ? await outbox.ReadAsync(current.Destination, _time.GetUtcNow(), MaxRowsPerRead, cancellationToken).ConfigureAwait(false)
            : [];

    private async Task WaitAsync(TimeSpan delay, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(delay, _time, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopped while waiting; the loop's condition sees it.
        }
    }
}
