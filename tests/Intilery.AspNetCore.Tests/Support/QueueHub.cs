using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A hub whose methods begin what outlives them, and streams.</summary>
public sealed class QueueHub(WorkQueue queue, HubWork work, ILifecycleTracker lifecycle) : Hub
{
    public void Touch() => queue.Touch();

    /// <summary>Leaves a timer behind that lives as long as the application.</summary>
    public void Begin() => work.Begin(Context);

    /// <summary>Does nothing until the work is released, which is after the invocation.</summary>
    public void FireAndForget() => work.Forgotten = ForgottenAsync();

    public async IAsyncEnumerable<int> Items([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var item = 0; item < 3; item++)
        {
            // Really waits, so that the rest of an item is on another thread than its beginning.
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            await lifecycle.TrackAsync("Item Read", cancellationToken: cancellationToken);
            queue.Touch();
            yield return item;
        }
    }

    public ChannelReader<int> Channel(CancellationToken cancellationToken)
    {
        var channel = System.Threading.Channels.Channel.CreateUnbounded<int>();
        _ = FillAsync(channel.Writer, cancellationToken);
        return channel.Reader;
    }

    private async Task FillAsync(ChannelWriter<int> items, CancellationToken cancellationToken)
    {
        try
        {
            // The invocation has returned the stream by then.
            await work.Released.WaitAsync(cancellationToken);
            await lifecycle.TrackAsync("Item Read", cancellationToken: cancellationToken);
            queue.Touch();
            await items.WriteAsync(0, cancellationToken);
            items.Complete();
        }
        catch (Exception exception)
        {
            items.Complete(exception);
        }
    }

    private async Task ForgottenAsync()
    {
        await work.Released;
        await lifecycle.TrackAsync("Report Exported");
    }
}
