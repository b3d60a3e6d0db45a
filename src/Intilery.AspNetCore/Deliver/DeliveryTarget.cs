namespace Intilery.AspNetCore.Deliver;

/// <summary>Where to deliver, as the options say at each moment, and when they say otherwise.</summary>
internal sealed class DeliveryTarget(Func<DeliverySettings> read, Func<Action, IDisposable?> onChange, TimeProvider time)
{
    public DeliverySettings Current => read();

    /// <summary>Waits for so long, or until the settings are others than those that were used, or until it is cancelled.</summary>
    public async Task WaitAsync(DeliverySettings used, TimeSpan delay, CancellationToken cancellationToken)
    {
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = onChange(() =>
        {
            if (read() != used)
            {
                changed.TrySetResult();
            }
        });
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (read() == used)
        {
            await Task.WhenAny(Task.Delay(delay, time, over.Token), changed.Task).ConfigureAwait(false);
        }

        await over.CancelAsync().ConfigureAwait(false);
    }
}
