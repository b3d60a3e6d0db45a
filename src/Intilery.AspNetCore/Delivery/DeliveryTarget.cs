namespace Intilery.AspNetCore.Delivery;

/// <summary>Where to deliver: the current options, and a signal when they change.</summary>
internal sealed class DeliveryTarget(Func<DeliverySettings> read, Func<Action, IDisposable?> onChange, TimeProvider time)
{
    private readonly TaskCompletionSource _never = new();

    public DeliverySettings Current => read();

    /// <summary>Waits for so long, or until the settings are others than those that were used, or until it is cancelled.</summary>
    public Task WaitAsync(DeliverySettings used, TimeSpan delay, CancellationToken cancellationToken) =>
        WaitAsync(used, delay, _never.Task, cancellationToken);

    /// <summary>As the other, or until something else is over.</summary>
    public async Task WaitAsync(DeliverySettings used, TimeSpan delay, Task other, CancellationToken cancellationToken)
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
            await Task.WhenAny(Task.Delay(delay, time, over.Token), changed.Task, other).ConfigureAwait(false);
        }

        await over.CancelAsync().ConfigureAwait(false);
    }
}

/// <summary>Where to deliver by the current options.</summary>
internal sealed record DeliverySettings(
    string Destination, string AuthToken, TimeSpan RequestTimeout, DeliveryCompression Compression = DeliveryCompression.None)
{
    /// <summary>
    /// Returns those of options that name an account, of one reading: of two, one's token could go to the other's address.
    /// </summary>
    public static DeliverySettings Of(IntileryOptions options) =>
        new(options.Destination, options.AuthToken!, options.Delivery.RequestTimeout, options.Delivery.Compression);

    // A record would print the token.
    public override string ToString() => Destination;
}
